/**
 * Backups that are not proven to be stored. An index file that names packs
 * which the storage did not keep spoils later backups: what those packs
 * should hold is not uploaded again. So there is a mark, a file, before
 * rustic begins, and it goes with the proof. One that is left, by a backup
 * that could not be proven or by a process that was killed, makes us doubt;
 * so does one that is under way and whose index file a backup could read.
 */

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { writeNewPrivately } from "../../private-file.js";
import { callPath, deadCallFiles } from "../call-file.js";
import { readWritten, type Written } from "./written.js";

export type Marks = ReturnType<typeof openMarks>;

export interface Mark {
  path: string;
  /** It is proven, or nothing was written. */
  remove(): void;
  leave(): void;
}

const left = ".left";

export function openMarks(directory: string) {
  const all = () =>
    existsSync(directory)
      ? readdirSync(directory).map((name) => join(directory, name))
      : [];
  const leftOver = () => {
    const dead = new Set(deadCallFiles(directory));
    return all().filter((path) => dead.has(path) || path.endsWith(left));
  };
  return {
    /** It names the log that tells what was written so far. */
    begin(logFile: string): Mark {
      const path = callPath(directory, "");
      writeNewPrivately(path, logFile);
      return {
        path,
        remove: () => rmSync(path, { force: true }),
        leave: () => renameSync(path, `${path}${left}`),
      };
    },
    leftOver,
    /** Did one that is under way write an index file before this read them? */
    async mayHaveRead(own: Mark, { readIndexAt }: Written): Promise<boolean> {
      const settled = new Set([own.path, ...leftOver()]);
      const others = all().filter((path) => !settled.has(path));
      const times = await Promise.all(others.map(indexWrittenAt));
      return times.some((at) => at <= readIndexAt);
    },
    /** The repository was looked through since, and misses nothing. */
    clear(marks: readonly string[]): void {
      for (const path of marks) rmSync(path, { force: true });
    },
  };
}

/** Infinity: not yet, or it is proven by now. 0: nobody knows. */
async function indexWrittenAt(mark: string): Promise<number> {
  try {
    return (await readWritten(readFileSync(mark, "utf8"))).wroteIndexAt;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? Infinity : 0;
  }
}
