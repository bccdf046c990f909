import { type OutputFormat, outputFormatNamed, outputFormatOfPath } from "../output/formats.ts";
import { UsageError } from "./usage_error.ts";

/** How the profile is written. */
export interface OutputChoice {
  readonly format: OutputFormat;
  /** Whether what the format gives is compressed with gzip. */
  readonly gzip: boolean;
}

/**
 * The format that the user asked for, or the one that the name of the file means, or collapsed
 * stacks. A name that ends in `.gz` means gzip besides, unless the format is compressed by itself.
 *
 * @throws {UsageError} If the name means JSON, but not which, or pictures or data that symfold does
 * not write.
 */
export function chooseOutput(name: string | undefined, path: string | undefined): OutputChoice {
  const named = name === undefined ? undefined : outputFormatNamed(name);
  if (path === undefined || path === "-") return { format: named ?? FOLDED, gzip: false };
  const plain = path.replace(/\.gz$/i, "");
  const format = named ?? outputFormatOfPath(path) ?? outputFormatOfPath(plain);
  if (format === undefined && /\.json$/i.test(plain)) {
    throw new UsageError(
      `Option "--output" names "${path}", which may be any JSON: say which with --format`,
    );
  }
  const [ending] = OTHER_ENDINGS_REGEXP.exec(plain) ?? [];
  if (format === undefined && ending !== undefined) {
    throw new UsageError(
      `Option "--output" names "${path}", and nothing that is written ends in ${ending}: ` +
        "say what it is to be with --format",
    );
  }
  const hasOwn = format?.suffixes.some((suffix) => path.toLowerCase().endsWith(suffix)) ?? false;
  const isGzip = hasOwn || format?.isGzip === true;
  return { format: format ?? FOLDED, gzip: plain !== path && !isGzip };
}

/** Of pictures, documents, tables, archives and profiles that are nothing like collapsed stacks. */
const OTHER_ENDINGS_REGEXP =
  /\.(?:png|jpe?g|gif|webp|bmp|pdf|ps|xml|ya?ml|csv|tsv|xlsx?|data|prof|profile|cpuprofile|jfr|pb|proto|zip|zst|xz|bz2)$/i;

const FOLDED = outputFormatNamed("folded")!;
