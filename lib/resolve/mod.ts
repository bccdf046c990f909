/**
 * From addresses to names. `resolve` takes a `RawProfile`, snapshots and a `FileProvider`, and gives
 * a `Profile` of names with the same weight, and a `Report`. The whole way is in `resolve.ts`.
 *
 * What a file says is checked against the recording: the instruction before each return address is a
 * call. That is in `evidence/`, one file a machine for the calls.
 *
 * @example
 * ```ts
 * import { resolve } from "./mod.ts";
 * import { readFolded } from "../input/mod.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextEncoder().encode("app;main;0xffffffff81000000 7\n");
 * const raw = await readFolded([readerOfBytes("a.folded", text)]);
 * const { profile, report } = await resolve(raw, {
 *   snapshots: [],
 *   files: { open: () => Promise.resolve({ reason: "file-not-found", detail: "" }) },
 * });
 * assertEquals(report.reasons[0]?.reason, "kernel");
 * assertEquals(report.sampleWeight, 7);
 * assertEquals(profile.samples.weightOf(0), 7);
 * ```
 *
 * @module
 */
export type { Call } from "./evidence/call.ts";
export type { ImageEvidence, Verdict } from "./evidence/image_evidence.ts";
export { type CallSite, findCallBefore, readCallSites } from "./evidence/read_calls.ts";
export { type CallScore, scoreCalls } from "./evidence/score_calls.ts";
export type { FileAnswer, FileProvider, FileRequest } from "./file_provider.ts";
export type { ReturnAddresses } from "./frame_roles.ts";
export { alignReport } from "./merge_reports.ts";
export { mergeResolved } from "./merge_resolved.ts";
export { explainAddresses } from "./explain/explain.ts";
export type { RecordingToExplain } from "./explain/explain_recording.ts";
export type { ExplainOptions } from "./explain/explainer.ts";
export type * from "./explain/explanation.ts";
export type { AddressedLocation, AddressInput } from "./explain/subject.ts";
export { describeImages, type DescribeImagesOptions } from "./images/describe_images.ts";
export type { FetchCommand } from "./images/fetch_commands.ts";
export type {
  ImageDescription,
  ImagesDescription,
  MissingPart,
  OtherCode,
  SnapshotDescription,
} from "./images/image_description.ts";
export type { FrameCounts, ImageCounts, IncompleteCounts, ReasonCounts, Report } from "./report.ts";
export type { MachineOptions } from "./machine_options.ts";
export { resolve, type Resolved, type ResolveOptions } from "./resolve.ts";
export type { Annotated, UnresolvedStyle } from "./spell_frame.ts";
