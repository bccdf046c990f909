import { testdata } from "./testdata.ts";

/**
 * A library whose text has other vaddrs than file offsets: `layout_first` is at vaddr 0x150c and
 * file offset 0x50c, `layout_second` 0x2e behind it, then `layout_third` and `layout_private`. The
 * text ends at vaddr 0x15c4. Its build-id has eight bytes.
 */
export const SHIFTED: Uint8Array = Deno.readFileSync(
  testdata("layouts/x86_64/lld-shifted/sysroot/opt/layouts/liblld-shifted.so"),
);

/** The build-id of {@linkcode SHIFTED}, as `readelf -n` gives it. */
export const SHIFTED_BUILD_ID = "b50b22ef1f439293";

/** The lines of a snapshot with {@linkcode SHIFTED} loaded at an address. */
export function shiftedMaps(path: string, imageBase: number, inode = 7): string {
  return ["r--p", "r-xp", "r--p", "rw-p"].map((permissions, page) => {
    const start = (imageBase + page * 0x1000).toString(16);
    const end = (imageBase + page * 0x1000 + 0x1000).toString(16);
    return `${start}-${end} ${permissions} 00000000 fe:00 ${inode} ${path}\n`;
  }).join("");
}

/** A copy with other bytes from a file offset on. */
export function patched(bytes: Uint8Array, fileOffset: number, other: readonly number[]) {
  const copy = bytes.slice();
  copy.set(other, fileOffset);
  return copy;
}
