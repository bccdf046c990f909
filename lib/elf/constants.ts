/**
 * Constants of the ELF format that symfold uses, spelled as in the System V gABI (chapters 4 and 5)
 * and the processor supplements.
 *
 * @module
 */

/** `EI_CLASS`: 32-bit objects. */
export const ELFCLASS32 = 1;
/** `EI_CLASS`: 64-bit objects. */
export const ELFCLASS64 = 2;
/** `EI_DATA`: little-endian. */
export const ELFDATA2LSB = 1;
/** `EI_DATA`: big-endian. */
export const ELFDATA2MSB = 2;

/** `e_type`: relocatable file. */
export const ET_REL = 1;
/** `e_type`: executable at fixed addresses. */
export const ET_EXEC = 2;
/** `e_type`: shared object or position-independent executable. */
export const ET_DYN = 3;

/** `e_machine`: Arm, 32 bits. */
export const EM_ARM = 40;
/** `e_machine`: IBM S/390. */
export const EM_S390 = 22;
/** `e_machine`: Arm, 64 bits. */
export const EM_AARCH64 = 183;
/** `e_machine`: RISC-V. */
export const EM_RISCV = 243;
/** `e_machine`: Alpha, by the number that is in use. */
export const EM_ALPHA = 0x9026;

/** `e_phnum`: the number is in `sh_info` of section 0. */
export const PN_XNUM = 0xffff;
/** `p_type`: a segment that is loaded. */
export const PT_LOAD = 1;
/** `p_type`: the dynamic segment. */
export const PT_DYNAMIC = 2;
/** `p_type`: notes. */
export const PT_NOTE = 4;
/** `p_flags`: executable, writable, readable. */
export const PF_X = 1;
/** `p_flags`: writable. */
export const PF_W = 2;
/** `p_flags`: readable. */
export const PF_R = 4;

/** `sh_type`: symbol table of the link editor. */
export const SHT_SYMTAB = 2;
/** `sh_type`: notes. */
export const SHT_NOTE = 7;
/** `sh_type`: has no bytes in the file. */
export const SHT_NOBITS = 8;
/** `sh_type`: symbol table of the dynamic linker. */
export const SHT_DYNSYM = 11;
/** `sh_flags`: executable machine instructions. */
export const SHF_EXECINSTR = 4;

/** `sh_flags`: the bytes are compressed, behind a compression header. */
export const SHF_COMPRESSED = 0x800;

/** `ch_type`: compressed by zlib (RFC 1950). */
export const ELFCOMPRESS_ZLIB = 1;
/** `ch_type`: compressed by Zstandard (RFC 8878). */
export const ELFCOMPRESS_ZSTD = 2;

/** Section index: undefined symbol. */
export const SHN_UNDEF = 0;
/** Section index: the first that means something else than a section. */
export const SHN_LORESERVE = 0xff00;
/** Section index: the index is elsewhere, because it does not fit. */
export const SHN_XINDEX = 0xffff;

/** Symbol binding: not visible outside its object file. */
export const STB_LOCAL = 0;
/** Symbol binding: visible everywhere. */
export const STB_GLOBAL = 1;
/** Symbol binding: global, but gives way. */
export const STB_WEAK = 2;
/** Symbol binding: global, and one in the process (GNU). */
export const STB_GNU_UNIQUE = 10;
/** Symbol type: none given. */
export const STT_NOTYPE = 0;
/** Symbol type: function. */
export const STT_FUNC = 2;
/** Symbol type: function that chooses the function (GNU). */
export const STT_GNU_IFUNC = 10;

/** `d_tag`: end of the array. */
export const DT_NULL = 0;
/** `d_tag`: address of the symbol hash table. */
export const DT_HASH = 4;
/** `d_tag`: address of the string table. */
export const DT_STRTAB = 5;
/** `d_tag`: address of the symbol table. */
export const DT_SYMTAB = 6;
/** `d_tag`: size of the string table in bytes. */
export const DT_STRSZ = 10;
/** `d_tag`: address of the GNU symbol hash table. */
export const DT_GNU_HASH = 0x6ffffef5;

/** Note type in the name space "GNU": build-id. */
export const NT_GNU_BUILD_ID = 3;
