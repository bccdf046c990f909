// Crashes as it is told: "free" uses memory after it was freed, "signal" reads where nothing is and
// prints its own stack from the signal handler, "abort" prints it from a normal function.
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEP __attribute__((noinline))

static KEEP void print_stack(void) {
  void *frames[64];
  int count = backtrace(frames, 64);
  backtrace_symbols_fd(frames, count, 1);
}

static void on_signal(int number) {
  (void)number;
  print_stack();
  _exit(3);
}

KEEP int *make_numbers(int count) {
  int *numbers = malloc(count * sizeof *numbers);
  numbers[0] = count;
  return numbers;
}

static KEEP void drop_numbers(int *numbers) {
  free(numbers);
  __asm__ volatile("");
}

static KEEP int sum_numbers(int *numbers) {
  int sum = numbers[3] + 1;
  __asm__ volatile("" ::"r"(sum));
  return sum;
}

static KEEP int read_nothing(int *nothing) {
  __asm__ volatile("nop");
  int value = *nothing + 1;
  __asm__ volatile("" ::"r"(value));
  return value;
}

KEEP int report(void) {
  print_stack();
  return 0;
}

int main(int count, char **words) {
  const char *how = count > 1 ? words[1] : "";
  if (strcmp(how, "signal") == 0) {
    signal(SIGSEGV, on_signal);
    return read_nothing((int *)16) + 1;
  }
  if (strcmp(how, "abort") == 0) return report() + 1;
  int *numbers = make_numbers(10);
  drop_numbers(numbers);
  return sum_numbers(numbers) + 1;
}
