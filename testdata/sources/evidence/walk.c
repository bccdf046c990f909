/* A library of functions that call each other in every way there is: directly, through the PLT,
 * through a pointer, through a table. With LATER the function of that number is some instructions
 * longer, as in a later version of the source: all behind it moves, but the number of pages stays
 * the same. */
#include "walk.h"

typedef int step(int depth, unsigned seed);

#define FUNCTIONS(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)

#define DECLARE(n) static step step_##n;
FUNCTIONS(DECLARE)

#define NAME(n) step_##n,
static step *const table[] = {FUNCTIONS(NAME)};
#define COUNT (sizeof table / sizeof *table)

/* Not a constant: the compiler must not know which function it is. */
static step *volatile hook = step_7;

#ifndef LATER
#define LATER -1
#endif

static volatile int additions;

/* Half of the functions are Arm code on Arm, the others Thumb code. */
#ifdef __arm__
#define ARM __attribute__((target("arm")))
#define THUMB __attribute__((target("thumb")))
#else
#define ARM
#define THUMB
#endif

/* One after the other, each return address of its own; no call is the last thing that is done. */
#define DEFINE(n, a, b, mode)                                                    \
  mode __attribute__((noinline)) static int step_##n(int depth, unsigned seed) { \
    if (n == LATER) additions = additions * 3 + depth;                           \
    if (depth == 0) return arrive((int)seed) + n;                                \
    unsigned next = seed * 1103515245u + 12345u;                                 \
    switch (next >> 28 & 7) {                                                    \
      case 0: return step_##a(depth - 1, next) + 1;                              \
      case 1: return step_##b(depth - 1, next) - n;                              \
      case 2: return table[(next >> 8) % COUNT](depth - 1, next) ^ n;            \
      case 3: return hook(depth - 1, next) + 2 * n;                              \
      case 4: return walk(depth - 1, next) - 3;                                  \
      case 5: return step_##b(depth - 1, next ^ n) + step_##a(0, next);          \
      default: return step_##a(depth - 1, next * 3) * 2;                         \
    }                                                                            \
  }

DEFINE(0, 1, 5, THUMB)
DEFINE(1, 2, 7, ARM)
DEFINE(2, 3, 9, THUMB)
DEFINE(3, 4, 11, ARM)
DEFINE(4, 5, 1, THUMB)
DEFINE(5, 6, 3, ARM)
DEFINE(6, 7, 5, THUMB)
DEFINE(7, 8, 2, ARM)
DEFINE(8, 9, 4, THUMB)
DEFINE(9, 10, 6, ARM)
DEFINE(10, 11, 8, THUMB)
DEFINE(11, 0, 10, ARM)

int walk(int depth, unsigned seed) { return table[seed % COUNT](depth, seed) + 1; }
