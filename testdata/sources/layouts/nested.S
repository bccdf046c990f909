// Symbol ranges that readers disagree about. The text is made of 4-byte no-operations and is never called.
//
//   offset  symbol
//   0x00    sized_function        GLOBAL FUNC    size 0x10
//   0x10    (gap)
//   0x18    label_in_gap          GLOBAL NOTYPE  size 0
//   0x20    alias_global          GLOBAL FUNC    size 0x10
//           alias_weak            WEAK   FUNC    the same range
//           alias_local           LOCAL  FUNC    the same range
//   0x30    outer_function        GLOBAL FUNC    size 0x20
//   0x38    inner_function        GLOBAL FUNC    size 0x08, inside outer_function, which continues at 0x40
//   0x50    (gap)
//   0x58    local_label           LOCAL  NOTYPE  size 0
//   0x60    zero_size_function    GLOBAL FUNC    size 0
//   0x68    end of .text; .text_other, executable and without any symbol, starts here

#if defined(__aarch64__)
#define FUNCTION_TYPE %function
.macro words count
  .rept \count
  nop
  .endr
.endm
#else
#define FUNCTION_TYPE @function
.macro words count
  .rept \count
  .byte 0x0f, 0x1f, 0x40, 0x00
  .endr
.endm
#endif

.macro function name, size
  .type \name, FUNCTION_TYPE
  .size \name, \size
.endm

  .file "nested.S"
  .section .text, "ax"
  .balign 16

  .globl sized_function, label_in_gap, alias_global, outer_function, inner_function, zero_size_function
  .weak alias_weak

  function sized_function, 0x10
sized_function:
  words 6
label_in_gap:
  words 2

  function alias_global, 0x10
  function alias_weak, 0x10
  function alias_local, 0x10
alias_global:
alias_weak:
alias_local:
  words 4

  function outer_function, 0x20
  function inner_function, 0x08
outer_function:
  words 2
inner_function:
  words 2
  words 4

  words 2
local_label:
  words 2

  function zero_size_function, 0
zero_size_function:
  words 2

  .section .text_other, "ax"
  words 4

// Pairs of an expected answer and a place: a pointer that the loader relocates, plus an offset from the table above.
// An answer that starts with '#' becomes a comment line in the truth file.
.macro probe expected, place, plus
  .section .rodata.names, "a"
.Lname\@:
  .asciz "\expected"
  .section .data.rel.ro, "aw"
  .quad .Lname\@, \place, \plus
.endm

  .section .data.rel.ro, "aw"
  .balign 8
  .globl nested_probes
  .type nested_probes, %object
nested_probes:
  probe "sized_function", sized_function, 0
  probe "sized_function", sized_function, 15
  probe "# miss, a gap after a sized function:", sized_function, 16
  probe "# miss, the last byte before the label:", sized_function, 23
  probe "label_in_gap", label_in_gap, 0
  probe "label_in_gap", label_in_gap, 7
  probe "alias_global", alias_global, 0
  probe "# the same place is alias_weak:", alias_weak, 0
  probe "# the same place is alias_local:", alias_local, 0
  probe "alias_global", alias_global, 15
  probe "outer_function", outer_function, 0
  probe "outer_function", outer_function, 7
  probe "inner_function", inner_function, 0
  probe "inner_function", inner_function, 7
  probe "outer_function", outer_function, 16
  probe "outer_function", outer_function, 31
  probe "# miss, a gap after outer_function:", outer_function, 32
  probe "# miss, the last byte before local_label:", outer_function, 39
  probe "local_label", local_label, 0
  probe "local_label", local_label, 7
  probe "zero_size_function", zero_size_function, 0
  probe "zero_size_function", zero_size_function, 7
  probe "# miss, the next section, executable, without a symbol:", zero_size_function, 8
  probe "# miss, the last byte of that section:", zero_size_function, 23
  .section .data.rel.ro, "aw"
  .quad 0, 0, 0
  .size nested_probes, . - nested_probes

  .section .note.GNU-stack, "", %progbits
