# Every form of a call, and instructions that look like one. Never run.
.text
.globl _start
_start:
target:
  bl target
  bl far_away
  bctrl
  blrl
  beqctrl
  bnelrl
  bnel target
  bdnzl target
  b target
  b far_away
  bctr
  blr
  beq target
  bdnz target
  beqlr
  bcl 20, 31, 1f
1:
  ld 2, 24(1)
  std 0, 16(1)
  mflr 0
  mtctr 12
  nop
  sc
  .skip 0x100
far_away:
  bl target
  blr
