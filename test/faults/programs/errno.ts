/** The kernel's errors in the words that programs print. */

import { constants } from "node:os";

const messages: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
};

export interface Errno {
  code: string;
  /** "No such file or directory" */
  message: string;
  number: number;
}

/** undefined: no error of the kernel; it must be thrown on. */
export function errnoOf(error: unknown): Errno | undefined {
  const { code } = error as NodeJS.ErrnoException;
  const message = code === undefined ? undefined : messages[code];
  if (code === undefined || message === undefined) return undefined;
  const number = constants.errno[code as keyof typeof constants.errno];
  return { code, message, number };
}

/** @throws `error` itself when it is none of the kernel's. */
export function messageOf(error: unknown): string {
  const errno = errnoOf(error);
  if (!errno) throw error;
  return errno.message;
}

/** For catch: a missing path is undefined, anything else is thrown. */
export function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
