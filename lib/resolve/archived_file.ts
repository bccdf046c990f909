import { findZipEntry } from "../elf/zip_entries.ts";
import { isSourceError } from "../errors.ts";
import type { FileAnswer, FileProvider, FileRequest } from "./file_provider.ts";

/** A path, the library's name if that is known, and where the library begins in the file. */
const ARCHIVED_REGEXP = /^(.*?)(?:!.*)? \(offset 0x([0-9a-f]+)\)$/;

/**
 * The file that has to be opened for one that is recorded: the archive, for a library that Android
 * has loaded from inside of it and calls `/app/base.apk!libfoo.so (offset 0x1000)`.
 */
export function outerRequest(request: FileRequest): FileRequest {
  const [, path] = ARCHIVED_REGEXP.exec(request.path) ?? [];
  return path === undefined ? request : { ...request, path };
}

/** Opens a file that is recorded, in an archive or not. */
export async function openRecorded(
  files: Pick<FileProvider, "open">,
  request: FileRequest,
): Promise<FileAnswer> {
  const [, path, digits] = ARCHIVED_REGEXP.exec(request.path) ?? [];
  const answer = await files.open(outerRequest(request));
  if (path === undefined || !("source" in answer)) return answer;
  try {
    const entry = await findZipEntry(answer.source, parseInt(digits!, 16));
    if ("source" in entry) return entry;
    const { reason, detail } = entry;
    if (reason === "not a zip archive" || reason === "no entry") {
      return { reason: "file-not-found", detail: `in "${path}": ${detail || reason}` };
    }
    return { reason: "packed-in-archive", detail: `${reason}: ${detail}` };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return { reason: "file-unreadable", detail: error.message };
  }
}
