/* Every form of a call, and instructions that look like one. Never run. */
.option norelax
.text
.globl _start
_start:
target:
  jal ra, target
  jal t0, target
  jal ra, far_away
  call target
  call t0, target
  call far_away
.irp register, a0, a1, s0, s1, t1, t3, t6
  jalr \register
  c.jalr \register
  jalr t0, 16(\register)
  jalr ra, -8(\register)
  jr \register
  c.jr \register
  jalr t1, 0(\register)
.endr
  auipc ra, 0
  jalr ra, 8(a5)
  j target
  c.j target
  tail far_away
  ret
  beqz a0, target
  c.addi a0, 1
  c.li a7, 3
  c.mv a0, a1
  c.add a0, a1
  addi a0, a0, 16
  ld a0, 8(sp)
  sd ra, 8(sp)
  ecall
  ebreak
  .skip 0x100
far_away:
  jal ra, target
  ret
