// Loads a library under test the way a scenario says and writes what the loader did:
//
//   OUT/maps   a verbatim copy of /proc/self/maps
//   OUT/truth  "# loadBias PATH 0xBIAS" for each loaded copy and "0xADDRESS NAME" for each function
//
// usage: host SCENARIO OUT LIBRARY [ARGUMENT]
//
// Nothing here is computed from maps lines and program headers in the way a symbolizer does it. The load bias is l_addr
// (dlinfo) and has to equal dlpi_addr (dl_iterate_phdr); an exported function's address is dlsym's and its size dladdr1's;
// a static function's address is a pointer that the loader relocated. Every function is called before it is written down.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct layout_entry {
  const char *name;
  int (*function)(int);
  int id;
  int exported;
};

static void fail(const char *format, ...) {
  va_list list;
  va_start(list, format);
  fprintf(stderr, "host: ");
  vfprintf(stderr, format, list);
  fprintf(stderr, " (errno %s)\n", strerror(errno));
  exit(1);
}

static char maps[1 << 20];
static size_t maps_length;
static FILE *truth;

static void read_maps(void) {
  int fd = open("/proc/self/maps", O_RDONLY);
  if (fd < 0) fail("cannot open maps");
  maps_length = 0;
  for (ssize_t got; (got = read(fd, maps + maps_length, sizeof maps - 1 - maps_length)) > 0;) maps_length += got;
  maps[maps_length] = 0;
  close(fd);
}

// The path on the maps line that holds an address, as the kernel wrote it.
static void path_in_maps(uintptr_t address, char *path, size_t size) {
  for (char *line = maps; *line; line = strchr(line, '\n') + 1) {
    unsigned long start, end;
    int path_at = 0;
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &path_at) != 2 || !path_at) continue;
    if (address < start || address >= end) continue;
    char *newline = strchr(line, '\n');
    snprintf(path, size, "%.*s", (int)(newline - line - path_at), line + path_at);
    return;
  }
  fail("no maps line holds %#lx", (unsigned long)address);
}

static void *open_library(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) fail("dlopen: %s", dlerror());
  return handle;
}

static struct link_map *link_map_of(void *handle) {
  struct link_map *map;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map)) fail("dlinfo: %s", dlerror());
  return map;
}

struct phdr_query {
  const char *name;
  uintptr_t address;
  const ElfW(Phdr) *headers;
  int count, found;
};

static int phdr_callback(struct dl_phdr_info *info, size_t size, void *data) {
  struct phdr_query *query = data;
  (void)size;
  if (strcmp(info->dlpi_name, query->name)) return 0;
  query->address = info->dlpi_addr;
  query->headers = info->dlpi_phdr;
  query->count = info->dlpi_phnum;
  query->found = 1;
  return 1;
}

// The executable range of a loaded library: used to do things to the text, never for the truth.
static void text_range(void *handle, uintptr_t *start, uintptr_t *end) {
  struct phdr_query query = {.name = link_map_of(handle)->l_name};
  dl_iterate_phdr(phdr_callback, &query);
  uintptr_t page = sysconf(_SC_PAGESIZE);
  for (int i = 0; i < query.count; i++) {
    const ElfW(Phdr) *header = &query.headers[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    *start = (query.address + header->p_vaddr) & -page;
    *end = (query.address + header->p_vaddr + header->p_memsz + page - 1) & -page;
    return;
  }
  fail("no executable segment");
}

// Anonymous executable pages with the same bytes, moved over [start, end).
static void replace_by_anonymous(uintptr_t start, uintptr_t end) {
  size_t length = end - start;
  void *copy = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED) fail("mmap");
  memcpy(copy, (void *)start, length);
  if (mprotect(copy, length, PROT_READ | PROT_EXEC)) fail("mprotect");
  if (mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start) != (void *)start) fail("mremap");
}

static void *map_whole_file(const char *path, void *at, int flags) {
  int fd = open(path, O_RDONLY);
  struct stat status;
  if (fd < 0 || fstat(fd, &status)) fail("cannot open %s", path);
  void *mapped = mmap(at, status.st_size, PROT_READ, MAP_PRIVATE | flags, fd, 0);
  if (mapped == MAP_FAILED) fail("cannot map %s", path);
  close(fd);
  return mapped;
}

static void line(uintptr_t address, const char *name) {
  fprintf(truth, "0x%lx %s\n", (unsigned long)address, name);
}

// One function: its entry, a place inside, and, when the loader tells the size, its last byte.
static void describe_function(uintptr_t entry, uintptr_t size, const char *name) {
#ifdef __arm__
  entry &= ~(uintptr_t)1; // bit 0 of a Thumb function's address is not part of it
#endif
  line(entry, name);
  line(entry + 4, name);
  line(entry + 8, name);
  if (size > 12) line(entry + size - 1, name);
}

static void describe_library(void *handle) {
  struct link_map *map = link_map_of(handle);
  char path[4096];
  path_in_maps((uintptr_t)map->l_ld, path, sizeof path);
  fprintf(truth, "# loadBias %s 0x%lx\n", path, (unsigned long)map->l_addr);

  struct layout_entry *entry = dlsym(handle, "layout_entries");
  if (!entry) fail("no layout_entries");
  for (; entry->name; entry++) {
    if (!entry->function) fail("%s has no address", entry->name);
    if (entry->function(5) != entry->id) fail("%s is not at %p", entry->name, (void *)entry->function);
    uintptr_t address = (uintptr_t)entry->function, size = 0;
    if (entry->exported) {
      if ((uintptr_t)dlsym(handle, entry->name) != address) fail("dlsym disagrees about %s", entry->name);
      Dl_info info;
      const ElfW(Sym) *symbol = 0;
      if (dladdr1((void *)address, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol && info.dli_sname &&
          !strcmp(info.dli_sname, entry->name))
        size = symbol->st_size;
    } else if (getenv("LAYOUT_STRIPPED")) {
      fprintf(truth, "# static function without a symbol: 0x%lx %s\n", (unsigned long)address, entry->name);
      continue;
    }
    describe_function(address, size, entry->name);
  }
}

// The assembly library: labels, aliases and nested functions. Nothing is called; each address is dlsym's or a relocated
// pointer, plus an offset that nested.S documents.
struct nested_probe {
  const char *expected;
  uintptr_t pointer;
  uintptr_t plus;
};

static void describe_nested(void *handle) {
  struct link_map *map = link_map_of(handle);
  char path[4096];
  path_in_maps((uintptr_t)map->l_ld, path, sizeof path);
  fprintf(truth, "# loadBias %s 0x%lx\n", path, (unsigned long)map->l_addr);
  struct nested_probe *probe = dlsym(handle, "nested_probes");
  if (!probe) fail("no nested_probes");
  for (; probe->expected; probe++) {
    if (probe->expected[0] == '#')
      fprintf(truth, "%s 0x%lx\n", probe->expected, (unsigned long)(probe->pointer + probe->plus));
    else
      line(probe->pointer + probe->plus, probe->expected);
  }
}

int main(int argc, char **argv) {
  if (argc < 4) fail("usage: host SCENARIO OUT LIBRARY [ARGUMENT]");
  const char *scenario = argv[1], *out = argv[2], *library = argv[3], *argument = argc > 4 ? argv[4] : 0;
  void *handle = 0, *second = 0;
  uintptr_t page = sysconf(_SC_PAGESIZE), start, end;
  char name[4096];

  if (!strcmp(scenario, "plain") || !strcmp(scenario, "nested")) {
    handle = open_library(library);
  } else if (!strcmp(scenario, "moved")) {
    // The loader asks the kernel for the vaddr in the file and gets it if it is free: a load bias of 0. Here it is not.
    void *taken = (void *)strtoul(argument, 0, 0);
    if (mmap(taken, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != taken) fail("mmap");
    handle = open_library(library);
    munmap(taken, page);
    if (!link_map_of(handle)->l_addr) fail("the load bias is 0 all the same");
  } else if (!strcmp(scenario, "twice")) {
    handle = open_library(library);
    second = dlmopen(LM_ID_NEWLM, library, RTLD_NOW | RTLD_LOCAL);
    if (!second) fail("dlmopen: %s", dlerror());
  } else if (!strcmp(scenario, "read-above")) {
    // Where the kernel puts it: above what is loaded next.
    map_whole_file(library, 0, 0);
    handle = open_library(library);
  } else if (!strcmp(scenario, "read-below")) {
    // Reserve room for both, put the file in the lower part, free the upper part: the loader takes exactly that.
    struct stat status;
    if (stat(library, &status)) fail("stat");
    size_t lower = (status.st_size + page - 1) & -page, upper = strtoul(argument, 0, 0);
    char *room = mmap(0, lower + upper, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) fail("mmap");
    map_whole_file(library, room, MAP_FIXED);
    munmap(room + lower, upper);
    handle = open_library(library);
  } else if (!strcmp(scenario, "read-other-name")) {
    map_whole_file(argument, 0, 0);
    handle = open_library(library);
  } else if (!strcmp(scenario, "mprotect-split")) {
    handle = open_library(library);
    text_range(handle, &start, &end);
    if (end - start < 3 * page) fail("text too small");
    if (mprotect((void *)(start + page), page, PROT_READ | PROT_WRITE | PROT_EXEC)) fail("mprotect");
  } else if (!strcmp(scenario, "anon-part")) {
    handle = open_library(library);
    text_range(handle, &start, &end);
    replace_by_anonymous(start + page, start + 2 * page);
  } else if (!strcmp(scenario, "anon-all")) {
    handle = open_library(library);
    text_range(handle, &start, &end);
    replace_by_anonymous(start, end);
  } else if (!strcmp(scenario, "hole")) {
    // ARGUMENT is another file; its mapping goes into the gap below the text, one page off the text.
    handle = open_library(library);
    text_range(handle, &start, &end);
    uintptr_t hole = start - 16 * page;
    if (munmap((void *)(start - 0x100000), 0x100000)) fail("munmap");
    map_whole_file(argument, (void *)hole, MAP_FIXED);
  } else if (!strcmp(scenario, "deleted")) {
    handle = open_library(library);
    if (unlink(library)) fail("unlink");
  } else if (!strcmp(scenario, "memfd")) {
    int fd = memfd_create(argument, 0), from = open(library, O_RDONLY);
    if (fd < 0 || from < 0) fail("memfd");
    for (ssize_t got; (got = read(from, maps, sizeof maps)) > 0;)
      if (write(fd, maps, got) != got) fail("write");
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    handle = open_library(name);
  } else {
    fail("no scenario %s", scenario);
  }

  // Not from l_addr alone: the other interface of the loader has to agree (it lists only the first namespace).
  struct phdr_query query = {.name = link_map_of(handle)->l_name};
  dl_iterate_phdr(phdr_callback, &query);
  if (!query.found || query.address != link_map_of(handle)->l_addr) fail("dlpi_addr and l_addr disagree");

  read_maps();
  snprintf(name, sizeof name, "%s/truth", out);
  truth = fopen(name, "w");
  if (!truth) fail("cannot write %s", name);
  fprintf(truth, "# scenario %s; addresses and load biases as the loader gives them in the live process\n", scenario);
#ifdef __arm__
  fprintf(truth, "# layout_second and layout_private are Thumb code: the loader gives their addresses with bit 0 set, here it is cleared\n");
#endif
  if (!strcmp(scenario, "nested"))
    describe_nested(handle);
  else
    describe_library(handle);
  if (second) describe_library(second);
  if (fclose(truth)) fail("truth");

  snprintf(name, sizeof name, "%s/maps", out);
  FILE *copy = fopen(name, "w");
  if (!copy || fwrite(maps, 1, maps_length, copy) != maps_length || fclose(copy)) fail("cannot write %s", name);
  return 0;
}
