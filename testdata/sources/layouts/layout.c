// The library under test: three exported functions, one static one, a little data.
//
// No libc, no constructors. Every function returns its own id after a loop that touches memory, so the host can call it
// and know that the address it is about to write down as truth really is that function.
//
//   -DSEGMENTS  layout_second and layout_third go into sections .seg1 and .seg2 (for --section-start)
//   -DPAGES     one function per 4096-byte page (for layouts that cut the text between pages)
//   -DTHUMB     (armhf) layout_second and layout_private are Thumb code, the others Arm code

struct layout_entry {
  const char *name;
  int (*function)(int);
  int id;
  int exported;
};

#ifdef SEGMENTS
#define SEGMENT(name) __attribute__((section(name)))
#else
#define SEGMENT(name)
#endif
#ifdef PAGES
#define PAGE __attribute__((aligned(4096)))
#else
#define PAGE
#endif
#ifdef THUMB
#define ARM_CODE __attribute__((target("arm")))
#define THUMB_CODE __attribute__((target("thumb")))
#else
#define ARM_CODE
#define THUMB_CODE
#endif

// Volatile and initialized: the writable segment has bytes in the file.
static volatile int sink[4] = {1, 2, 3, 4};

#define BODY(id)                                          \
  {                                                       \
    for (int i = 0; i < rounds; i++) sink[i & 3] += i ^ id; \
    return id;                                            \
  }

ARM_CODE PAGE __attribute__((noinline)) int layout_first(int rounds) BODY(0x1001)
THUMB_CODE PAGE SEGMENT(".seg1") __attribute__((noinline)) int layout_second(int rounds) BODY(0x1002)
ARM_CODE PAGE SEGMENT(".seg2") __attribute__((noinline)) int layout_third(int rounds) BODY(0x1003)
THUMB_CODE PAGE __attribute__((noinline)) static int layout_private(int rounds) BODY(0x1004)

// What the host reads: pointers that the loader has relocated.
const struct layout_entry layout_entries[] = {
  {"layout_first", layout_first, 0x1001, 1},
  {"layout_second", layout_second, 0x1002, 1},
  {"layout_third", layout_third, 0x1003, 1},
  {"layout_private", layout_private, 0x1004, 0},
  {0, 0, 0, 0},
};
