// Functions of many shapes, for tables that say where functions begin and end. Needs no libc.

#define NOINLINE __attribute__((noinline))

extern int bounds_outside(int);
static volatile int sink;

NOINLINE int bounds_tiny(void) { return 1; }

static NOINLINE int bounds_private(int x) { return x * 31 + sink; }

static NOINLINE void bounds_cleanup(int *x) { sink = *x; }

// Has a personality routine and a language-specific data area.
int bounds_with_cleanup(int x) {
  __attribute__((cleanup(bounds_cleanup))) int held = x;
  held += bounds_outside(x);
  return held + 1;
}

static NOINLINE __attribute__((cold)) int bounds_rare(int x) { return sink + x; }

// Is split: the rare part goes elsewhere.
int bounds_split(int x) {
  for (int i = 0; i < x; i++) {
    if (__builtin_expect(sink == 12345, 0)) {
      sink = bounds_rare(x);
      sink += bounds_outside(i);
      return bounds_rare(i) + bounds_outside(x);
    }
    sink += i;
  }
  return x;
}

__attribute__((aligned(64))) int bounds_aligned(int x) { return bounds_private(x) ^ x; }

int bounds_with_frame(int x) {
  int values[40];
  for (int i = 0; i < 40; i++) values[i] = bounds_private(i + x);
  for (int i = 0; i < 40; i++) sink += values[(i * x) & 31] + bounds_outside(i);
  return values[x & 31];
}

NOINLINE int bounds_recursive(int x) { return x < 2 ? 1 : bounds_recursive(x - 1) * sink + bounds_recursive(x - 2); }

__attribute__((section(".text.elsewhere"))) int bounds_elsewhere(int x) { return bounds_private(x) + 3; }

// Without any table entry: a gap between functions. (Arm's table has no gaps.)
#if defined(__riscv) || defined(__aarch64__) || defined(__i386__) || defined(__x86_64__) || defined(__s390x__)
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl bounds_gap\n"
    ".type bounds_gap, %function\n"
    "bounds_gap:\n"
    "  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n"
    ".size bounds_gap, . - bounds_gap\n"
    // A signal frame: augmentation "zRS".
    ".p2align 4\n"
    ".globl bounds_signal_frame\n"
    ".type bounds_signal_frame, %function\n"
    "bounds_signal_frame:\n"
    "  .cfi_startproc\n"
    "  .cfi_signal_frame\n"
    "  nop\n  nop\n  nop\n"
    "  .cfi_endproc\n"
    ".size bounds_signal_frame, . - bounds_signal_frame\n");
#endif

int bounds_last(int x) { return bounds_tiny() + bounds_recursive(x) + bounds_outside(x); }
