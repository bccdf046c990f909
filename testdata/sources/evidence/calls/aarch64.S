/* Every form of a call, and instructions that look like one. Never run. */
.arch armv8.3-a
.text
.globl _start
_start:
target:
  bl target
  bl far_away
.irp register, x0, x1, x7, x8, x15, x16, x17, x18, x19, x29, x30
  blr \register
  blraaz \register
  blrabz \register
  blraa \register, x3
  blrab \register, sp
  br \register
  braa \register, x3
  brab \register, sp
  braaz \register
  brabz \register
  ret \register
.endr
  b target
  b far_away
  beq target
  cbz x0, target
  tbnz x0, #33, target
  ret
  retaa
  retab
  adrp x0, target
  ldr x0, [x1, #8]
  stp x29, x30, [sp, #-16]!
  nop
  svc #0
  brk #0
  .skip 0x100
far_away:
  bl target
  ret
