import { hex } from "../errors.ts";
import type { Mapping } from "../maps/mod.ts";
import { baseName } from "../profile/mod.ts";
import type { MissingPlace } from "./place.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { NoPlace } from "./address_place.ts";

/** What stands for an address that no image explains. */
export function missingAddress(address: number, place: NoPlace): MissingPlace {
  const { mapping, reason } = place;
  if (mapping === undefined) return unknown(place, UNKNOWN);
  if (reason === "ambiguous-snapshot") return unknown(place, "[several images]");
  return { ...missingIn(mapping, address, place), mapping };
}

function missingIn(mapping: Mapping, address: number, place: NoPlace): MissingPlace {
  const { file, reason, detail } = place;
  if (reason === "not-executable") return unknown(place, mapping.path || "[anonymous memory]");
  const fileOffset = hex(address - mapping.start + mapping.fileOffset);
  if (file !== undefined) {
    const label = `[${file.baseName}@${fileOffset}]`;
    return { ...missingFile(file), reason, detail, label };
  }
  if (reason === "special-mapping") {
    const name = mapping.path.replace(/^\[|\]$/g, "");
    const label = `[${name}+${hex(address - mapping.start)}]`;
    const shortLabel = mapping.path;
    return { kind: "missing", reason, detail, image: mapping.path, label, shortLabel };
  }
  const label = labelOfAnonymous(mapping);
  return { kind: "missing", reason, detail, image: label, label, shortLabel: label };
}

const UNKNOWN = "[unknown]";

function unknown({ reason, detail }: NoPlace, image: string): MissingPlace {
  return { kind: "missing", reason, detail, image, label: UNKNOWN, shortLabel: UNKNOWN };
}

/** One frame for all code made at run time, not a hundred that are each seen once. */
function labelOfAnonymous({ path }: Mapping): string {
  if (path === "") return "[jit]";
  return path.startsWith("[") ? path : `[${path.replace(/^\/+/, "")}]`;
}

/** What stands for code of a file that gives no names. */
export function missingFile(file: RecordedFile): MissingPlace {
  const { reason, detail } = file.failure ??
    { reason: "layout-mismatch", detail: file.layoutProblem };
  return {
    kind: "missing",
    reason,
    detail,
    image: file.request.path,
    label: "",
    shortLabel: `[${file.baseName}]`,
    ...file.recordedBuildId !== "" && { buildId: file.recordedBuildId },
  };
}

/** What stands for a frame of which not even the mapping is known. */
export function missing(
  reason: MissingPlace["reason"],
  detail: string,
  image: string,
): MissingPlace {
  const shortLabel = reason === "unknown-module" ? `[${baseName(image)}]` : "";
  return { kind: "missing", reason, detail, image, label: "", shortLabel };
}
