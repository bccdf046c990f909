// Spends its time in the vDSO and in the kernel.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static __attribute__((noinline)) long ask_the_clock(int times) {
  long sum = 0;
  struct timespec now;
  struct timeval day;
  for (int at = 0; at < times; at++) {
    clock_gettime(at % 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now);
    gettimeofday(&day, NULL);
    sum += now.tv_nsec + day.tv_usec + time(NULL);
  }
  return sum;
}

static __attribute__((noinline)) long ask_the_kernel(int times) {
  long sum = 0;
  char buffer[4096];
  struct stat info;
  for (int at = 0; at < times; at++) {
    int file = open("/proc/self/status", O_RDONLY);
    sum += read(file, buffer, sizeof buffer);
    close(file);
    sum += stat("/usr/lib/os-release", &info) + getppid();
  }
  return sum;
}

int main(int count, char **arguments) {
  double seconds = count > 1 ? atof(arguments[1]) : 1;
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  long sum = 0;
  do {
    sum += ask_the_clock(20000) + ask_the_kernel(200);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < seconds);
  printf("%ld\n", sum);
}
