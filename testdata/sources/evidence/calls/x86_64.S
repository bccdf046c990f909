/* Every form of a call, and instructions that look like one. Never run. */
.text
.globl _start
_start:
target:
  call target
  .byte 0x67 /* addr32 */
  call target
  bnd call target
  .byte 0x66, 0x66, 0x48 /* as before __tls_get_addr */
  call target
  call far_away
.irp register, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
  call *%\register
  call *(%\register)
  call *8(%\register)
  call *-0x1000(%\register)
  notrack call *%\register
  bnd call *%\register
.endr
.irp index, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r12, r13, r15
  call *(%rax, %\index, 8)
  call *(%rbp, %\index, 4)
  call *(%r13, %\index, 2)
  call *16(%rsp, %\index)
  call *0x12345(%r12, %\index, 8)
  call *0x400000(, %\index, 8)
.endr
  call *target(%rip)
  call *0x400000
  call *%fs:0x10
  call *%gs:(%rax)
  call *(%eax)
  call *8(%eax, %ecx)
  lcall *(%rax)
  lcall *8(%rsp)
  lcall *0x1234(%r9, %rax, 4)
  jmp target
  jmp *%rax
  jmp *8(%rax)
  jmp *target(%rip)
  ljmp *(%rax)
  push (%rax)
  pushq 0x1234(%rsp, %rax, 4)
  incl (%rax)
  decl 8(%rbx)
  inc %eax
  dec %rdi
  mov %rax, -24(%rbp)
  lea target(%rip), %rdi
  test %eax, %eax
  ret
  ret $8
  leave
  syscall
  ud2
  int3
  nopw 0x0(%rax, %rax, 1)
  .skip 0x100
far_away:
  call target
  ret
