// A program that describes itself: truth on file descriptor 1, a verbatim copy of /proc/self/maps on file descriptor 3.
//
// Built three ways: dynamic ET_EXEC (-DWITH_LIBC), static ET_EXEC and static-pie (both without libc: raw system calls, so
// that the file stays small). Function addresses are function pointers. The load bias is dlpi_addr with libc; without one
// there is no loader but the kernel, and it is AT_ENTRY (where the kernel says the entry point is) minus e_entry.
#define _GNU_SOURCE
#include <elf.h>
#ifdef WITH_LIBC
#include <link.h>
#include <sys/auxv.h>
#endif

typedef unsigned long word;

#define O_RDONLY_FLAG 0
#define AT_CURRENT_FOLDER -100

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_write = 1, SYS_openat = 257, SYS_exit = 231 };
static word call(word number, word a, word b, word c) {
  word result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { SYS_read = 63, SYS_write = 64, SYS_openat = 56, SYS_exit = 94 };
static word call(word number, word a, word b, word c) {
  register word x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#endif

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static volatile int sink[4] = {1, 2, 3, 4};
#define BODY(id)                                            \
  {                                                         \
    for (int i = 0; i < rounds; i++) sink[i & 3] += i ^ id; \
    return id;                                              \
  }
#define FUNCTION __attribute__((noinline, noclone, visibility("hidden")))

FUNCTION int program_first(int rounds) BODY(0x2001)
FUNCTION int program_second(int rounds) BODY(0x2002)
FUNCTION int program_third(int rounds) BODY(0x2003)
__attribute__((noinline, noclone)) static int program_private(int rounds) BODY(0x2004)

static char maps[65536];
static word maps_length;

static void text(const char *string) {
  word length = 0;
  while (string[length]) length++;
  call(SYS_write, 1, (word)string, length);
}

static void hex(word value) {
  char digits[19];
  int at = 18;
  digits[at] = 0;
  do {
    digits[--at] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value);
  digits[--at] = 'x';
  digits[--at] = '0';
  text(digits + at);
}

static void describe(int (*function)(int), int id, const char *name) {
  // Through a volatile pointer: a call to the address that is written down.
  int (*volatile pointer)(int) = function;
  if (pointer(5) != id) call(SYS_exit, 1, 0, 0);
  for (word plus = 0; plus <= 8; plus += 4) {
    hex((word)pointer + plus);
    text(" ");
    text(name);
    text("\n");
  }
}

static word parse_hex(const char **at) {
  word value = 0;
  for (;; (*at)++) {
    char c = **at;
    if (c >= '0' && c <= '9') value = value * 16 + (c - '0');
    else if (c >= 'a' && c <= 'f') value = value * 16 + (c - 'a' + 10);
    else return value;
  }
}

// The path on the maps line that holds an address.
static void print_path(word address) {
  for (const char *line = maps; *line;) {
    const char *at = line, *end = line;
    while (*end != '\n') end++;
    word start = parse_hex(&at), limit;
    at++;
    limit = parse_hex(&at);
    if (address >= start && address < limit) {
      while (*at != '/') at++;
      call(SYS_write, 1, (word)at, end - at);
      return;
    }
    line = end + 1;
  }
}

static int describe_program(word load_bias, const char *how, word at_phdr, word at_entry) {
  word fd = call(SYS_openat, AT_CURRENT_FOLDER, (word) "/proc/self/maps", O_RDONLY_FLAG), got;
  while ((got = call(SYS_read, fd, (word)maps + maps_length, sizeof maps - 1 - maps_length)) - 1 < sizeof maps)
    maps_length += got;
  call(SYS_write, 3, (word)maps, maps_length);

  text("# the program describes itself: function pointers; the load bias is ");
  text(how);
  text("\n# AT_PHDR ");
  hex(at_phdr);
  text("\n# AT_ENTRY ");
  hex(at_entry);
  text("\n# __ehdr_start ");
  hex((word)&__ehdr_start);
  text("\n# loadBias ");
  print_path((word)program_first);
  text(" ");
  hex(load_bias);
  text("\n");
  describe(program_first, 0x2001, "program_first");
  describe(program_second, 0x2002, "program_second");
  describe(program_third, 0x2003, "program_third");
  describe(program_private, 0x2004, "program_private");
  return 0;
}

#ifdef WITH_LIBC

static int callback(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  *(word *)data = info->dlpi_addr;
  return 1; // the first one is the program
}

int main(void) {
  word load_bias = 1;
  dl_iterate_phdr(callback, &load_bias);
  return describe_program(load_bias, "dlpi_addr", getauxval(AT_PHDR), getauxval(AT_ENTRY));
}

#else

__attribute__((used)) void start_program(word *stack) {
  word at_phdr = 0, at_entry = 0;
  word *at = stack + 1 + stack[0] + 1; // argc, argv, 0
  while (*at++) {}                     // environment, 0
  for (; at[0] != AT_NULL; at += 2) {
    if (at[0] == AT_PHDR) at_phdr = at[1];
    if (at[0] == AT_ENTRY) at_entry = at[1];
  }
  int result = describe_program(at_entry - __ehdr_start.e_entry, "AT_ENTRY - e_entry", at_phdr, at_entry);
  call(SYS_exit, result, 0, 0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n.type _start,@function\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start_program\n  hlt\n.size _start, . - _start\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n.type _start,%function\n_start:\n  mov x0, sp\n  bl start_program\n  brk #0\n.size _start, . - _start\n");
#endif

#endif
