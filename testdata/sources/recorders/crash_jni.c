// The native side of Crash.java: calls itself and then another function, which reads where nothing is.

#define KEEP __attribute__((noinline))

static KEEP int read_nothing(const volatile int *nothing) { return *nothing + 1; }

KEEP int go_down(int depth) {
  return (depth > 0 ? go_down(depth - 1) : read_nothing((const volatile int *)16)) + 1;
}

int Java_Crash_run(void *environment, void *class, int depth) {
  (void)environment;
  (void)class;
  return go_down(depth) + 1;
}
