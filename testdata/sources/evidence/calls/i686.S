/* Every form of a call, and instructions that look like one. Never run. */
.text
.globl _start
_start:
target:
  call target
  call far_away
.irp register, eax, ecx, edx, ebx, esp, ebp, esi, edi
  call *%\register
  call *(%\register)
  call *8(%\register)
  call *-0x1000(%\register)
  notrack call *%\register
.endr
.irp index, eax, ecx, edx, ebx, ebp, esi, edi
  call *(%eax, %\index, 8)
  call *(%ebp, %\index, 4)
  call *16(%esp, %\index)
  call *0x12345(%ebx, %\index, 8)
  call *0x400000(, %\index, 8)
.endr
  call *target
  call *%gs:0x10
  call *%gs:(%eax)
  lcall *(%eax)
  lcall *8(%esp)
  lcall $0x33, $target
  jmp target
  jmp *%eax
  jmp *8(%eax)
  jmp *target
  ljmp *(%eax)
  ljmp $0x33, $target
  push (%eax)
  push 0x1234(%esp, %eax, 4)
  incl (%eax)
  decl 8(%ebx)
  inc %eax
  dec %edi
  mov %eax, -24(%ebp)
  test %eax, %eax
  ret
  leave
  int $0x80
  ud2
  nopw 0x0(%eax, %eax, 1)
  .skip 0x100
far_away:
  call target
  ret
