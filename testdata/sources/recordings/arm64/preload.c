// Samples the program that it is preloaded into: writes raw.folded and maps into the folder that
// SAMPLE_DIR names. For programs of arm64 that qemu-user runs, which perf cannot record.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <ucontext.h>

enum { most_samples = 6000, deepest = 128, interval_us = 2000, most_stack = 8 << 20 };

static unsigned long (*samples)[deepest];  // Leaf first
static int depths[most_samples], taken;
static unsigned long stack_start, stack_end;

// A frame record is the caller's frame pointer and the return address; those of callers lie higher.
static void on_signal(int signal, siginfo_t *info, void *context) {
  const mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  if (taken == most_samples || machine->sp < stack_start || machine->sp >= stack_end) return;
  unsigned long *addresses = samples[taken];
  int depth = 0;
  addresses[depth++] = machine->pc;
  unsigned long frame = machine->regs[29], below = machine->sp;
  while (frame >= below && frame + 16 <= stack_end && frame % 16 == 0 && depth < deepest) {
    const unsigned long *record = (const unsigned long *)frame;
    if (record[1] == 0) break;
    addresses[depth++] = record[1];
    below = frame + 16;
    frame = record[0];
  }
  depths[taken++] = depth;
}

static void set_timer(int microseconds) {
  struct itimerval interval = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_PROF, &interval, NULL);
}

static FILE *create(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("SAMPLE_DIR"), name);
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    perror(path);
    _Exit(1);
  }
  return file;
}

static void save(void) {
  set_timer(0);
  FILE *folded = create("raw.folded");
  for (int at = 0; at < taken; at++) {
    fputs("main", folded);
    for (int depth = depths[at]; depth-- > 0;) fprintf(folded, ";0x%lx", samples[at][depth]);
    fputs(" 1\n", folded);
  }
  fclose(folded);
  FILE *copy = create("maps"), *maps = fopen("/proc/self/maps", "r");
  for (int character; (character = getc(maps)) != EOF;) putc(character, copy);
  fclose(maps);
  fclose(copy);
}

__attribute__((constructor)) static void start(void) {
  if (getenv("SAMPLE_DIR") == NULL) return;
  samples = calloc(most_samples, sizeof *samples);
  // Only the first thread is sampled, whose stack this is.
  unsigned long here = (unsigned long)__builtin_frame_address(0), from, to;
  char line[4096];
  FILE *maps = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%lx-%lx", &from, &to) != 2 || here < from || here >= to) continue;
    stack_start = to - most_stack;
    stack_end = to;
  }
  fclose(maps);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGPROF, &action, NULL);
  set_timer(interval_us);
  atexit(save);
}
