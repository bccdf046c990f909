#ifndef WALK_H
#define WALK_H

/* Walks through the library from a function that the seed chooses, and back; calls arrive() at the
 * deepest place of each way. */
int walk(int depth, unsigned seed);

/* The program's. */
int arrive(int value);

#endif
