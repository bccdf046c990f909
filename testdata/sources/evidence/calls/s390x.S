# Every form of a call, and instructions that look like one. Never run.
.text
.globl _start
_start:
target:
  brasl %r14, target
  brasl %r14, far_away
  bras %r14, target
  bras %r14, far_away
.irp register, 1, 2, 3, 5, 9, 10, 11, 12, 13, 14
  basr %r14, %r\register
  br %r\register
.endr
  bas %r14, 16(%r2)
  bas %r14, 0(%r2, %r3)
  basr %r13, %r0
  basr %r14, %r0
  bras %r13, target
  larl %r5, far_away
  j target
  jg far_away
  lg %r14, 112(%r15)
  stmg %r6, %r15, 48(%r15)
  lgr %r2, %r3
  aghi %r15, -160
  cijne %r2, 0, target
  svc 173
  nopr
  .skip 0x100
far_away:
  brasl %r14, target
  br %r14
