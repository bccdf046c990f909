import type { Mapping } from "../../maps/mod.ts";
import { hex } from "../../errors.ts";
import type { UnresolvedReason } from "../../profile/mod.ts";
import { shellWord } from "./shell_word.ts";

/** A command that gets something that is missing. It is there to be read: nothing runs it. */
export interface FetchCommand {
  /** The distribution that it is for; `any` if it does not matter. */
  readonly system: "any" | "Debian" | "Ubuntu" | "Fedora";
  /** The command; HOST, PID and words of that kind stand for what is not known here. */
  readonly command: string;
  /** The option with which symfold then finds it; empty if it needs none. */
  readonly option: string;
}

/** What is missing something. */
export interface FetchSubject {
  /** The path on the recorded machine, or a label such as `[vdso]`. */
  readonly path: string;
  /** Where the file was found here; empty if it was not. */
  readonly foundAt: string;
  /** Of the file that was mapped; empty if it is not known. */
  readonly buildId: string;
  /** One of its mappings; undefined if none is known. */
  readonly mapping: Mapping | undefined;
  /** The PID of the process; undefined if it is not known. */
  readonly process: number | undefined;
}

/** What is known of the machines. */
export interface FetchContext {
  /** The folder with copies of the recorded machine's files; undefined if none is in use. */
  readonly sysroot: string | undefined;
  /** Whether files of this machine are in use, which a sysroot would take the place of. */
  readonly areFilesHere: boolean;
  /** See {@linkcode familyOf}. */
  readonly family: SystemFamily | undefined;
}

/** Distributions that keep libraries at the same places, and debug symbols in the same way. */
export type SystemFamily = "Debian" | "Red Hat";

/**
 * Tells by the paths of a snapshot which kind of distribution was recorded: only Debian and what
 * comes from it has folders such as `/usr/lib/x86_64-linux-gnu`; others have `/usr/lib64`.
 */
export function familyOf(paths: Iterable<string>): SystemFamily | undefined {
  let family: SystemFamily | undefined;
  for (const path of paths) {
    if (/^(?:\/usr)?\/lib\/[a-z0-9_]+-linux-gnu\w*\//.test(path)) return "Debian";
    if (/^(?:\/usr)?\/lib64\/(?!ld-)/.test(path)) family = "Red Hat";
  }
  return family;
}

/** The commands that help against a reason, the best first; none if nothing does. */
export function commandsFor(
  reason: UnresolvedReason,
  subject: FetchSubject,
  context: FetchContext,
): FetchCommand[] {
  const process = subject.process ?? "PID";
  switch (reason) {
    case "file-deleted":
      return [copyFromMapping(subject, context)];
    case "file-not-found":
    case "file-unreadable":
    case "malformed-elf":
    case "layout-mismatch":
    case "build-id-mismatch":
    case "file-differs":
      return copyFile(subject, context);
    case "special-mapping":
      return subject.path === "[vdso]" ? [dumpVdso(subject), NAME_THERE] : [];
    case "no-symbols":
    case "only-exported":
      return getSymbols(subject, context);
    case "kernel":
    case "kernel-hidden":
      return [any("sudo cat /proc/kallsyms > kallsyms", "--kallsyms kallsyms")];
    case "anonymous":
      return [any(`scp HOST:/tmp/perf-${process}.map .`, `--perf-map perf-${process}.map`)];
    default:
      return [];
  }
}

function any(command: string, option: string): FetchCommand {
  return { system: "any", command, option };
}

/** Where a copy is to go, and the option that makes symfold look there if it does not yet. */
function targetOf({ path }: FetchSubject, { sysroot, areFilesHere }: FetchContext) {
  const isInUse = sysroot !== undefined;
  const given = (sysroot ?? "sysroot").replace(/\/+$/, "");
  const root = path.startsWith("/") ? given : `${given}/`;
  const folder = path.slice(0, path.lastIndexOf("/"));
  return {
    folder: shellWord(root + folder),
    file: shellWord(root + path),
    option: isInUse
      ? ""
      : areFilesHere && !path.includes("=")
      ? `--path-map ${shellWord(`${path}=${root}${path}`)}`
      : `--sysroot ${shellWord(given)}`,
  };
}

function copyFile(subject: FetchSubject, context: FetchContext): FetchCommand[] {
  // A file inside an archive is copied with it.
  const path = subject.path.replace(/!.*$/s, "");
  const target = targetOf({ ...subject, path }, context);
  const copy = any(
    `mkdir -p ${target.folder} && scp ${shellWord(`HOST:${path}`)} ${target.folder}/`,
    target.option,
  );
  const server = serverOf(path, context.family);
  if (subject.buildId === "" || server === undefined) return [copy];
  const url = `${server.url}/buildid/${subject.buildId}/executable`;
  const download = `curl -fL --create-dirs -o ${target.file} ${url}`;
  return [copy, { system: server.system, command: download, option: target.option }];
}

/**
 * While the process runs the kernel still has the file that it mapped. The other files of the machine
 * are where they were, so that a folder for all of them would hide them.
 */
function copyFromMapping(subject: FetchSubject, context: FetchContext): FetchCommand {
  const { mapping } = subject;
  const process = subject.process ?? "PID";
  const { folder, file, option } = targetOf(subject, { ...context, areFilesHere: true });
  const range = mapping === undefined
    ? "START-END"
    : `${digits(mapping.start)}-${digits(mapping.end)}`;
  const link = `/proc/${process}/map_files/${range}`;
  return any(`mkdir -p ${folder} && sudo cp ${link} ${file}`, option);
}

/** On the recorded machine symfold takes the vDSO out of its own memory. */
const NAME_THERE = any("deno run -A main.ts --maps MAPS RECORDING", "");

const VDSO_BLOCK = 0x1000;

function dumpVdso(subject: FetchSubject): FetchCommand {
  const { mapping } = subject;
  const process = subject.process ?? "PID";
  const [skip, count] = mapping === undefined
    ? ["START/4096", "PAGES"]
    : [mapping.start / VDSO_BLOCK, (mapping.end - mapping.start) / VDSO_BLOCK];
  return any(
    `sudo dd if=/proc/${process}/mem of=vdso.so bs=${VDSO_BLOCK} skip=${skip} count=${count}`,
    "--vdso vdso.so",
  );
}

/** The files of Debian's package libc6, whose debug symbols are in libc6-dbg. */
const LIBC_REGEXP =
  /\/(?:ld-linux[\w-]*|ld64?|lib(?:c|m|mvec|dl|rt|pthread|resolv|util|anl|nsl|nss_\w+|thread_db|BrokenLocale))(?:-[\d.]+)?\.so[\d.]*$/;

function getSymbols(subject: FetchSubject, context: FetchContext): FetchCommand[] {
  const { path, foundAt, buildId } = subject;
  // Below a sysroot the debug files of this machine are not looked at unasked.
  const installed = context.sysroot === undefined ? "" : "--debug-dir /usr/lib/debug";
  const commands: FetchCommand[] = [];
  const server = serverOf(path, context.family);
  if (server?.system === "Debian") {
    const command = LIBC_REGEXP.test(path)
      ? "sudo apt install libc6-dbg"
      : `find-dbgsym-packages --install ${shellWord(foundAt || path)}`;
    commands.push({ system: "Debian", command, option: installed });
  } else if (server?.system === "Fedora") {
    const command = `sudo dnf debuginfo-install ${shellWord(path)}`;
    commands.push({ system: "Fedora", command, option: installed });
  }
  if (buildId === "") return commands;
  if (server === undefined) {
    const place = `debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
    return [any(`install -D UNSTRIPPED_FILE_OF_THE_BUILD ${place}`, "--debug-dir debug")];
  }
  const servers = server.system === "Debian" ? [server, UBUNTU] : [server];
  for (const { system, url } of servers) {
    const file = `debug/${buildId}/debuginfo`;
    const command = `curl -fL --create-dirs -o ${file} ${url}/buildid/${buildId}/debuginfo`;
    commands.push({ system, command, option: "--debug-dir debug" });
  }
  return commands;
}

interface Server {
  readonly system: FetchCommand["system"];
  readonly url: string;
}

const DEBIAN: Server = { system: "Debian", url: "https://debuginfod.debian.net" };
const UBUNTU: Server = { system: "Ubuntu", url: "https://debuginfod.ubuntu.com" };
const FEDORA: Server = { system: "Fedora", url: "https://debuginfod.fedoraproject.org" };
/** Asks the servers of the distributions. */
const ALL: Server = { system: "any", url: "https://debuginfod.elfutils.org" };

/** The server that has a file of a distribution; undefined for files of nobody's packages. */
function serverOf(path: string, family: SystemFamily | undefined): Server | undefined {
  if (!/^\/(?:usr\/(?!local\/|src\/)|s?bin\/|lib)/.test(path)) return undefined;
  return family === "Debian" ? DEBIAN : family === "Red Hat" ? FEDORA : ALL;
}

function digits(address: number): string {
  return hex(address).slice(2);
}
