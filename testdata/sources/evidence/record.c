/* Walks through the library and writes, into the folder that is its argument, where it came through:
 * raw.folded, the return addresses of the library's frames and its own as backtrace() finds them,
 * and maps, its memory map. */
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>

#include "walk.h"

#define MOST_STACKS 64
#define DEEPEST 48

static void *stacks[MOST_STACKS][DEEPEST];
static int depths[MOST_STACKS];
static int taken;

int arrive(int value) {
  if (taken < MOST_STACKS) {
    depths[taken] = backtrace(stacks[taken], DEEPEST);
    taken++;
  }
  return value & 0xff;
}

static FILE *create(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  return file;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  int sum = 0;
  for (unsigned seed = 1; taken < MOST_STACKS; seed++) sum += walk(3 + seed % 12, seed * 2654435761u);
  FILE *raw = create(arguments[1], "raw.folded");
  for (int i = 0; i < taken; i++) {
    fputs("walk", raw);
    /* The first is arrive() itself. */
    for (int depth = depths[i]; depth-- > 0;) {
      fprintf(raw, ";0x%lx", (unsigned long)stacks[i][depth]);
    }
    fputs(" 1\n", raw);
  }
  fclose(raw);
  FILE *in = fopen("/proc/self/maps", "r"), *maps = create(arguments[1], "maps");
  for (int c; (c = getc(in)) != EOF;) putc(c, maps);
  fclose(in);
  fclose(maps);
  return sum == 42;
}
