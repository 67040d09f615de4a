/**
 * Files that live as long as one piece of work; their names say whose they
 * are: `<pid>-<start time>-<random>` and a suffix.
 */

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identifyProcess, isAlive } from "../process-identity.js";

/** A new path in `directory`, which only this user can enter. */
export function callPath(directory: string, suffix: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { pid, started } = identifyProcess(process.pid);
  return join(directory, `${pid}-${started}-${randomUUID()}${suffix}`);
}

/** Runs `action` with such a path; what is there is gone afterwards. */
export async function withCallFile<T>(
  directory: string,
  suffix: string,
  action: (path: string) => Promise<T>,
): Promise<T> {
  const path = callPath(directory, suffix);
  try {
    return await action(path);
  } finally {
    rmSync(path, { force: true });
  }
}

/** Those of processes that are dead. */
export function deadCallFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const { boot } = identifyProcess(process.pid);
  return readdirSync(directory)
    .filter((name) => {
      const [, pid, started] = /^(\d+)-(\d+)-/.exec(name) ?? [];
      if (pid === undefined) return false;
      const owner = { pid: Number(pid), started: Number(started), boot };
      return !isAlive(owner);
    })
    .map((name) => join(directory, name));
}
