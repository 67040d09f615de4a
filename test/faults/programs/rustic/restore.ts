/** `rustic restore <id> DIR/`: directories, contents, then metadata. */

import {
  chmod,
  lchown,
  lstat,
  lutimes,
  mkdir,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join, resolve } from "node:path";
import { errnoOf, ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";
import { readArguments } from "./arguments.js";
import { readIndex, requireIndexed } from "./index-files.js";
import { interruption } from "./interruption.js";
import { status } from "./progress.js";
import { type Node, readStored, type Stored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { Failed, report } from "./words.js";

const known = {
  values: ["progress-interval", "sparse"],
  flags: ["json-progress", "numeric-id"],
};

export const restore: Subcommand = async (call, { path }, args) => {
  const [id = "", directory = ""] = readArguments(args, known).positionals;
  const stored = await readStored(path, id);
  requireIndexed(await readIndex(call, path), stored);
  const root = resolve(call.cwd, directory);
  const ofType = (type: Node["type"]) =>
    stored.nodes.filter((node) => node.type === type);
  const [dirs, files, links] = [
    ...[ofType("dir"), ofType("file"), ofType("symlink")],
  ] as const;
  const missing = await makeDirectories(root, dirs);
  const total_bytes = files.reduce((sum, { size }) => sum + size, 0);
  call.out(
    `Files:  ${files.length} to restore, 0 unchanged, 0 verified, 0 to modify, 0 additional\n`,
  );
  call.out(
    `Dirs:   ${missing} to restore, ${dirs.length - missing} to modify, 0 additional\n`,
  );
  call.err(`[INFO] total restore size: ${total_bytes} B\n`);
  status(call, { total_bytes, bytes_done: 0 });
  for (const file of files) await writeContent(call, root, file);
  status(call, { total_bytes, bytes_done: total_bytes });
  for (const link of links) await makeLink(call, root, link);
  interruption(call);
  await setMetadata(call, root, stored);
  call.out("restore done.\n");
};

/** How many were not there. */
async function makeDirectories(
  root: string,
  dirs: readonly Node[],
): Promise<number> {
  let missing = 0;
  try {
    await mkdir(root, { recursive: true });
    for (const { path } of dirs) {
      const target = join(root, path);
      if (await lstat(target).catch(ifMissing)) continue;
      missing++;
      await mkdir(target, { recursive: true });
    }
    return missing;
  } catch (error) {
    const errno = errnoOf(error);
    if (!errno) throw error;
    const cause = `directory creation failed: \`Os { code: ${errno.number}, message: "${errno.message}" }\``;
    const message = "Failed to create the directory. Please try again.";
    const about = "input/output operations";
    throw new Failed(`error: ${report({ about, message, cause })}`);
  }
}

/** A disk that takes no more ends rustic as a bug would. */
async function writeContent(
  call: ProgramCall,
  root: string,
  { path, content }: Node,
): Promise<void> {
  await call.work(1);
  try {
    if (call.script.noSpace) throw full;
    await writeFile(join(root, path), Buffer.from(content, "base64"));
  } catch (error) {
    const errno = errnoOf(error);
    if (!errno) throw error;
    const kind = `Os { code: ${errno.number}, message: "${errno.message}" }`;
    throw new Failed(
      `\nthread '<unnamed>' (1) panicked at restore.rs:663:71:\ncalled \`Result::unwrap()\` on an \`Err\` value: CouldNotWriteToBuffer(${kind})\n`,
      134,
    );
  }
}

const full = Object.assign(new Error(), { code: "ENOSPC" });

async function makeLink(
  call: ProgramCall,
  root: string,
  { path, content }: Node,
): Promise<void> {
  await symlink(content, join(root, path)).catch(
    warn(call, path, "creating special file failed."),
  );
}

/** The innermost first: a directory may be closed by its own mode. */
async function setMetadata(
  call: ProgramCall,
  root: string,
  { nodes, mtimes }: Stored,
): Promise<void> {
  for (const { path, type, mode, uid, gid } of nodes.toReversed()) {
    const target = join(root, path);
    if (process.getuid?.() === 0) {
      await lchown(target, uid, gid).catch(
        warn(call, path, "setting UID/GID failed."),
      );
    }
    const isLink = type === "symlink";
    if (!isLink) {
      await chmod(target, mode).catch(warn(call, path, "chmod failed."));
    }
    const seconds = (mtimes[path] ?? 0) / 1000;
    await (isLink ? lutimes : utimes)(target, seconds, seconds).catch(
      warn(call, path, "setting file times failed."),
    );
  }
}

/** For catch: said, and gone on. */
function warn({ err }: ProgramCall, path: string, words: string) {
  return (error: unknown): void => {
    if (!errnoOf(error)) throw error;
    err(`[WARN] restore ${path}: ${words}\n`);
  };
}
