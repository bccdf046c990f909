#include "sampler.hpp"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

namespace sampler {

constexpr int most_samples = 4096, deepest = 64;

struct Sample {
  int depth;
  unsigned long addresses[deepest];  // Leaf first
};

Sample samples[most_samples];
int taken = 0;

// A frame record is the caller's frame pointer and the return address. The stack grows down, so
// the records of the callers lie at rising addresses.
void on_signal(int, siginfo_t *, void *context) {
  if (taken == most_samples) return;
  const mcontext_t &machine = static_cast<ucontext_t *>(context)->uc_mcontext;
  Sample &sample = samples[taken++];
  sample.addresses[0] = machine.pc;
  sample.depth = 1;
  unsigned long frame = machine.regs[29], below = machine.sp;
  while (frame >= below && frame % 16 == 0 && sample.depth < deepest) {
    const unsigned long *record = reinterpret_cast<const unsigned long *>(frame);
    if (record[1] == 0) break;
    sample.addresses[sample.depth++] = record[1];
    below = frame + 16;
    frame = record[0];
  }
}

void set_timer(int microseconds) {
  const timeval interval = {0, microseconds};
  const itimerval timer = {interval, interval};
  if (setitimer(ITIMER_PROF, &timer, nullptr) != 0) {
    perror("setitimer");
    exit(1);
  }
}

void start(int microseconds) {
  struct sigaction action = {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  set_timer(microseconds);
}

void stop() { set_timer(0); }

FILE *create(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (file == nullptr) {
    perror(path);
    exit(1);
  }
  return file;
}

void save_stacks(const char *folder, const char *root) {
  FILE *file = create(folder, "raw.folded");
  for (int i = 0; i < taken; i++) {
    fputs(root, file);
    for (int depth = samples[i].depth; depth-- > 0;) {
      fprintf(file, ";0x%lx", samples[i].addresses[depth]);
    }
    fputs(" 1\n", file);
  }
  fclose(file);
}

void save_maps(const char *folder) {
  FILE *in = fopen("/proc/self/maps", "r"), *out = create(folder, "maps");
  for (int c; (c = getc(in)) != EOF;) putc(c, out);
  fclose(in);
  fclose(out);
}

// The loader's own answer. It may name the symbol before a gap, so its size is checked.
void save_name(FILE *file, unsigned long address, bool leaf) {
  const unsigned long looked_up = leaf ? address : address - 1;
  Dl_info info;
  const ElfW(Sym) *symbol = nullptr;
  if (!dladdr1(reinterpret_cast<void *>(looked_up), &info,
               reinterpret_cast<void **>(const_cast<ElfW(Sym) **>(&symbol)), RTLD_DL_SYMENT)) {
    return;
  }
  if (info.dli_sname == nullptr || symbol == nullptr) return;
  if (strncmp(info.dli_fname, "/opt/arm64-demo/", 16) != 0) return;
  if (looked_up - reinterpret_cast<unsigned long>(info.dli_saddr) >= symbol->st_size) return;
  fprintf(file, "0x%lx %s %s\n", address, leaf ? "leaf" : "caller", info.dli_sname);
}

void save(const char *folder, const char *root) {
  save_stacks(folder, root);
  save_maps(folder);
  FILE *file = create(folder, "truth");
  for (int i = 0; i < taken; i++) {
    for (int depth = 0; depth < samples[i].depth; depth++) {
      save_name(file, samples[i].addresses[depth], depth == 0);
    }
  }
  fclose(file);
}

}  // namespace sampler
