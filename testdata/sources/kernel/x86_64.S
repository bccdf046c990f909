/* An entry without a size, as older kernels had, and one with labels in it. The first function stands
 * at _text, as startup_64 does. */
	.file "x86_64.S"
	.section .head.text, "ax"
	.globl	startup_64
	.type	startup_64, @function
startup_64:
	.cfi_startproc
	call	schedule
	hlt
	.cfi_endproc
	.size	startup_64, . - startup_64

	.text
	.globl	entry_SYSCALL_64
	.type	entry_SYSCALL_64, @function
entry_SYSCALL_64:
	.cfi_startproc
	swapgs
	push	%rdi
	.globl	entry_SYSCALL_64_after_hwframe
entry_SYSCALL_64_after_hwframe:
	call	vfs_read
	pop	%rdi
	swapgs
	sysretq
	.cfi_endproc
	.size	entry_SYSCALL_64, . - entry_SYSCALL_64
	.section .note.GNU-stack, "", @progbits
