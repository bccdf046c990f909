/** A file or folder of the recorded machine, and where it is here. */
export interface PathRule {
  readonly from: string;
  readonly to: string;
}

/**
 * The path here by the first rule that has it, or a folder or archive that it is in; undefined if
 * none has. `/opt/x.so` is not in `/opt/x`.
 */
export function mapPath(rules: readonly PathRule[], path: string): string | undefined {
  const rule = rules.find(({ from }) => isIn(path, from));
  return rule && rule.to + path.slice(rule.from.length);
}

function isIn(path: string, from: string): boolean {
  const next = path[from.length];
  return path.startsWith(from) &&
    (next === undefined || from.endsWith("/") || next === "/" || next === "!");
}
