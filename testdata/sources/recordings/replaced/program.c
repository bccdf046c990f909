// Loads a library, uses and closes it, and then another, which takes its place. Writes a snapshot of
// its memory while each is loaded.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void copy_maps(const char *path) {
  FILE *from = fopen("/proc/self/maps", "r");
  FILE *to = fopen(path, "w");
  if (from == NULL || to == NULL) exit(1);
  for (int character; (character = fgetc(from)) != EOF;) fputc(character, to);
  fclose(from);
  fclose(to);
}

__attribute__((noinline)) static long use(const char *library, const char *maps) {
  long values[64] = {1, 2, 3};
  void *handle = dlopen(library, RTLD_NOW);
  if (handle == NULL) exit(1);
  long (*run)(long *, long) = (long (*)(long *, long))dlsym(handle, "run");
  long sum = 0;
  for (int round = 0; round < 60000; round++) sum ^= run(values, 300);
  copy_maps(maps);
  dlclose(handle);
  return sum;
}

int main(int count, char **arguments) {
  if (count != 5) return 1;
  long sum = use(arguments[1], arguments[2]);
  return sum + use(arguments[3], arguments[4]) == 42;
}
