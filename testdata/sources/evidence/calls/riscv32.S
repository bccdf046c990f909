/* Every form of a call, and instructions that look like one. Never run. */
.option norelax
.text
.globl _start
_start:
target:
  jal ra, target
  c.jal target
  c.jal near
  call far_away
  c.jalr a5
  jalr ra, 4(a5)
  jalr t0
  c.j target
  c.jr a5
  j far_away
  c.li a0, 3
  c.addi a0, 1
  c.mv a0, a1
  lw a0, 8(sp)
  sw ra, 8(sp)
  .skip 0x100
near:
  c.jal target
  ret
  .skip 0x100
far_away:
  jal ra, target
  ret
