/** What symfold uses of `@std/cli/parse-args`, which comes without types. */
export function parseArgs(
  args: readonly string[],
  options: {
    readonly boolean: readonly string[];
    readonly string: readonly string[];
    readonly collect: readonly string[];
    readonly negatable: readonly string[];
    readonly alias: Readonly<Record<string, string>>;
    readonly default: Readonly<Record<string, unknown>>;
    /** Is told of what the table does not have, operands too; false leaves it out. */
    readonly unknown: (arg: string, key?: string) => boolean;
  },
): { readonly _: readonly (string | number)[] } & Readonly<Record<string, unknown>>;
