/** `cp -a --reflink=auto -T source target`: entry by entry. */

import {
  chmod,
  copyFile,
  lchown,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readlink,
  symlink,
  utimes,
} from "node:fs/promises";
import type { Stats } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf } from "./errno.js";
import type { Program, ProgramCall } from "./program.js";
import { markerName } from "./btrfs/subvolume.js";

export const cp: Program = async (call) => {
  const [source = "", target = ""] = call.args.filter(
    (arg) => !arg.startsWith("-"),
  );
  return (await copyEntry(
    call,
    resolve(call.cwd, source),
    resolve(call.cwd, target),
  ))
    ? 0
    : 1;
};

/** false: something was said about it; the others are still copied. */
async function copyEntry(
  call: ProgramCall,
  source: string,
  target: string,
): Promise<boolean> {
  await call.work(1);
  let stats: Stats;
  try {
    stats = await lstat(source);
  } catch (error) {
    call.err(`cp: cannot stat '${source}': ${messageOf(error)}\n`);
    return false;
  }
  try {
    return stats.isDirectory()
      ? await copyDirectory(call, source, target, stats)
      : await copyLeaf(source, target, stats);
  } catch (error) {
    call.err(`cp: cannot ${verb(error)} '${target}': ${messageOf(error)}\n`);
    return false;
  }
}

function verb(error: unknown): string {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === "copyfile" || syscall === "open" ? "open" : "create";
}

async function copyDirectory(
  call: ProgramCall,
  source: string,
  target: string,
  stats: Stats,
): Promise<boolean> {
  const there = await lstat(target).catch(() => undefined);
  if (there && !there.isDirectory()) {
    call.err(
      `cp: cannot overwrite non-directory '${target}' with directory '${source}'\n`,
    );
    return false;
  }
  if (!there) await mkdir(target);
  let whole = true;
  for (const name of (await readdir(source)).toSorted()) {
    if (name === markerName) continue;
    const copied = await copyEntry(
      call,
      join(source, name),
      join(target, name),
    );
    whole &&= copied;
  }
  await keepAttributes(target, stats);
  return whole;
}

async function copyLeaf(
  source: string,
  target: string,
  stats: Stats,
): Promise<boolean> {
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(source), target);
    await lutimes(target, ...timesOf(stats));
  } else {
    await copyFile(source, target);
    await keepAttributes(target, stats);
  }
  return true;
}

async function keepAttributes(path: string, stats: Stats): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, stats.uid, stats.gid);
  await chmod(path, stats.mode & 0o7777);
  await utimes(path, ...timesOf(stats));
}

/** Seconds: a date would have whole milliseconds only. */
function timesOf({ atimeMs, mtimeMs }: Stats): [number, number] {
  return [atimeMs / 1000, mtimeMs / 1000];
}
