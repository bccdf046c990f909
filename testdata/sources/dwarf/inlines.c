// Functions that are inlined into each other, some twice, one into a cold part.
extern void report(const char *text) __attribute__((cold));

static inline __attribute__((always_inline)) int square(int value) {
  return value * value;
}

static inline __attribute__((always_inline)) int polynomial(const int *values, int count) {
  int sum = 0;
  for (int at = 0; at < count; at++) {
    sum += square(values[at]);
    sum ^= square(sum >> 3);
  }
  return sum;
}

__attribute__((noinline)) int inline_twice(const int *values, int count) {
  if (count < 0) report("negative");
  int first = polynomial(values, count);
  return first + polynomial(values + 1, count - 1);
}

static inline __attribute__((always_inline)) int clamp(int value) {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

int inline_once(int value) {
  return clamp(value - 7) + square(value);
}
