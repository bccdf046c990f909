/* Every form of a call, and instructions that look like one, in Arm and in Thumb code. Never run. */
.syntax unified
.arch armv7-a
.text
.globl _start
.arm
_start:
arm_target:
  bl arm_target
  bl arm_far
  blne arm_far
  blx thumb_target
  blx thumb_odd
.irp register, r0, r1, r3, r7, r8, r12, lr
  blx \register
  blxeq \register
  bx \register
.endr
  mov lr, pc
  bx r3
  mov lr, pc
  ldr pc, [r2, #12]
  mov lr, pc
  mov pc, r4
  b arm_target
  bne arm_far
  ldr pc, [r2]
  pop {r4, pc}
  mov pc, lr
  push {r4, lr}
  mov r7, #173
  svc #0
  nop
  .skip 0x100
arm_far:
  bl arm_target
  bx lr
.thumb
  nop
thumb_target:
  bl thumb_target
  bl thumb_far
  blx arm_target
  nop
  blx arm_target
  blx arm_far
thumb_odd:
.irp register, r0, r1, r3, r7, r8, r12, lr
  blx \register
  bx \register
.endr
  b thumb_target
  b.w thumb_far
  beq.w thumb_far
  cbz r0, 1f
  pop {r4, pc}
  ldr.w pc, [r2]
  cmp r3, #7
  ldr r0, [r1, #4]
1:
  movw r0, #0x1234
  add.w r0, r1, r2
  svc #0
  nop
  .skip 0x100
thumb_far:
  bl thumb_target
  bx lr
