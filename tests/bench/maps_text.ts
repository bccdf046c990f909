/** A loaded ELF file. */
export interface LoadedFile {
  readonly path: string;
  readonly loadBias: number;
  readonly segments: readonly {
    readonly fileOffset: number;
    readonly fileSize: number;
    readonly vaddr: number;
    readonly executable: boolean;
  }[];
}

const PAGE_SIZE = 0x1000;

/** What `/proc/PID/maps` says of loaded files: a line for each segment. */
export function mapsText(files: readonly LoadedFile[]): string {
  return files.flatMap(({ path, loadBias, segments }, inode) =>
    segments.map(({ fileOffset, fileSize, vaddr, executable }) => {
      const start = floor(loadBias + vaddr);
      const end = floor(loadBias + vaddr + fileSize + PAGE_SIZE - 1);
      const range = `${hexDigits(start)}-${hexDigits(end)}`;
      const permissions = executable ? "r-xp" : "r--p";
      return `${range} ${permissions} ${hexDigits(floor(fileOffset))} fe:01 ${inode + 1} ${path}\n`;
    })
  ).join("");
}

function floor(value: number): number {
  return value - value % PAGE_SIZE;
}

function hexDigits(value: number): string {
  return value.toString(16).padStart(8, "0");
}
