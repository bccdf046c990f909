/* What stands for a kernel: functions and data, nothing that starts. */

#define KEPT __attribute__((noinline, noclone, used))
#define INIT __attribute__((section(".init.text")))

long jiffies = 1;
static long counts[16];

static KEPT long account(long ticks) { return counts[ticks & 15] += ticks * jiffies; }

KEPT long schedule(long ticks) {
  for (long left = ticks; left > 0; left--) jiffies += account(left);
  return jiffies;
}

KEPT long vfs_read(long *buffer, long count) {
  long sum = 0;
  for (long at = 0; at < count; at++) sum += buffer[at] ^ schedule(at);
  return sum;
}

/* Two names for one function. */
__attribute__((alias("vfs_read"))) long ksys_read(long *buffer, long count);

static KEPT INIT long setup_counts(long first) {
  for (int at = 0; at < 16; at++) counts[at] = first + at;
  return account(first);
}

KEPT INIT long start_kernel(void) {
#ifdef OTHER_BUILD
  setup_counts(5);
#endif
  return setup_counts(jiffies) + schedule(2);
}
