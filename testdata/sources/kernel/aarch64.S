/* The image begins with a header, which is not _stext. */
	.file "aarch64.S"
	.section .head.text, "ax"
	b	primary_entry
	.quad	0
	.text
	.globl	primary_entry
	.type	primary_entry, %function
primary_entry:
	.cfi_startproc
	bl	schedule
	ret
	.cfi_endproc
	.size	primary_entry, . - primary_entry
	.section .note.GNU-stack, "", %progbits
