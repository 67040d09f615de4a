/** What rustic says of a file that it leaves out, as it was recorded. */

import type { Errno } from "../errno.js";

export function notOpened(path: string, errno: Errno): string {
  return `[WARN] ignoring error: Error: Failed to open ReadSourceOpen at \`${path}\`\nFailed to open file at \`${path}\`. Please make sure the file exists and is accessible. (kind: related to input/output operations): caused by: ${os(errno)}\n`;
}

export function notListed(path: string, errno: Errno): string {
  const operation = `${path}: IO error for operation on ${path}: ${os(errno)}`;
  return `[WARN] ignoring error ${operation}\n[WARN] ignoring error: Error: Failed to get next entry from walk iterator. (kind: related to internal operations): caused by: ${operation}\n`;
}

export function vanished(path: string, errno: Errno): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `[WARN] ignoring error: Error: Failed to map Directory entry to ReadSourceEntry. (kind: related to internal operations): caused by: Error acquiring metadata for \`${name}\`: \`..\` : (source: ${path}: IO error for operation on ${path}: ${os(errno)})\n`;
}

function os({ message, number }: Errno): string {
  return `${message} (os error ${number})`;
}
