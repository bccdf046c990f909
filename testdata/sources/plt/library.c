// A library whose calls need each kind of PLT stub that a link editor makes. Nothing is ever run.

#ifdef WITH_IFUNC
static int chosen(int value) { return value + 7; }
static int (*choose(void))(int) { return chosen; }
__attribute__((ifunc("choose"), visibility("hidden"))) int plt_hidden_choice(int);
#endif

extern int plt_alpha(int);
extern int plt_beta(int);
extern int plt_gamma(int);
extern int plt_tail(int);
extern int plt_weak(int) __attribute__((weak));
// Its address is taken too, so that some link editors put its stub into .plt.got.
extern int plt_taken(int);

int (*volatile plt_pointer)(int);

int plt_exported(int value) {
  return plt_alpha(value) + 1;
}

int plt_caller(int value) {
  value = plt_gamma(value) + plt_beta(value) + plt_alpha(value);
  value += plt_exported(value);
  if (plt_weak) value += plt_weak(value);
  plt_pointer = plt_taken;
  value += plt_taken(value);
#ifdef WITH_IFUNC
  value += plt_hidden_choice(value);
#endif
  return value ^ 1;
}

// A tail call: from Thumb code it is a branch that cannot change to Arm code by itself.
int plt_tail_caller(int value) {
  return plt_tail(value);
}
