// A program that calls a library and, with WITH_IFUNC, functions that are chosen when it starts.
// Nothing is ever run.

#ifdef WITH_IFUNC
static int chosen(int value) { return value + 7; }
static int (*choose_one(void))(int) { return chosen; }
static int (*choose_two(void))(int) { return chosen; }
__attribute__((ifunc("choose_one"))) int program_choice_one(int);
__attribute__((ifunc("choose_two"))) int program_choice_two(int);
#endif
#ifndef STATIC
extern int plt_caller(int);
extern int plt_exported(int);
extern int plt_tail_caller(int);
#endif

int program_tail(int value);

void _start(void) {
  int value = program_tail(3);
#ifndef STATIC
  value += plt_caller(value) + plt_exported(value);
#endif
#ifdef WITH_IFUNC
  value += program_choice_one(value) + program_choice_two(value);
#endif
  for (;;) __asm__ volatile("" : : "r"(value));
}

__attribute__((noinline)) int program_tail(int value) {
#ifdef STATIC
  return value + 1;
#else
  return plt_tail_caller(value);
#endif
}
