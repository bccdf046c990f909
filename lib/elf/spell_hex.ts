/** Spells bytes as lower-case hexadecimal, two digits each: the way build-ids are written. */
export function spellHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
