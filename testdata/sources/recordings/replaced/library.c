// One of two libraries that a program loads one after the other, at the same place. The second has a
// function more in front, so that all others are elsewhere.
#define NOINLINE __attribute__((noinline))
#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define NAME(what, number) JOIN(what, number, BUILD)

#ifdef LONGER
NOINLINE int NAME(extra, 0)(int a) { return (a * 77 + (a >> 3)) ^ ((a << 5) + a % 7 + a / 3); }
#endif

#define LEAF(number)                                                                               \
  NOINLINE long NAME(leaf, number)(const long *values, long count) {                               \
    long sum = number;                                                                             \
    for (long at = 0; at < count; at++) sum = sum * (31 + number) + values[at % 64];               \
    return sum;                                                                                    \
  }
#define CALLER(number, other)                                                                      \
  NOINLINE long NAME(caller, number)(long *values, long count) {                                   \
    long sum = NAME(leaf, number)(values, count);                                                  \
    values[number] ^= sum;                                                                         \
    return sum + NAME(leaf, other)(values, count / 2) + 1;                                         \
  }

LEAF(0) LEAF(1) LEAF(2) LEAF(3) LEAF(4) LEAF(5) LEAF(6) LEAF(7)
CALLER(0, 3) CALLER(1, 4) CALLER(2, 5) CALLER(3, 6) CALLER(4, 7) CALLER(5, 0) CALLER(6, 1) CALLER(7, 2)

long run(long *values, long count) {
  long sum = NAME(caller, 0)(values, count);
  sum ^= NAME(caller, 1)(values, count);
  sum += NAME(caller, 2)(values, count);
  sum ^= NAME(caller, 3)(values, count);
  sum += NAME(caller, 4)(values, count);
  sum ^= NAME(caller, 5)(values, count);
  sum += NAME(caller, 6)(values, count);
  sum ^= NAME(caller, 7)(values, count);
  return sum;
}
