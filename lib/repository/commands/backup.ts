/** `rustic backup` of a stage. */

import type { Warning } from "../../../conat-api/index.js";
import { type SourceRoot, warningsOf } from "../log.js";
import type { RusticCommand, RusticOutput } from "../rustic.js";
import { createStatusReader, lastMessage, type OnBytes } from "../progress.js";
import { Summary } from "./summary.js";

export interface BackupInput {
  /** rustic's working directory: holds `project` and perhaps `persist`. */
  directory: string;
  /** What of it rustic reads: `.`, or `/path --as-path /name`. */
  source: readonly string[];
  project_id: string;
  job_id: string;
  /** The project's newest backup: what did not change since is not read. */
  parent?: string | undefined;
  /** Beside the job's, `trigger=scheduled` say; without commas. */
  tags?: readonly string[] | undefined;
  /** A file of rustic globs, `!/project/..`, a line each: what stays out. */
  globFile?: string | undefined;
  onBytes: OnBytes;
}

export interface BackupOptions extends BackupInput {
  /**
   * rustic writes here what it does: each file that it stores, and on stderr
   * still only what it always says there.
   */
  logFile?: string;
  /** A backup is made even where nothing has changed. */
  always?: boolean;
}

export interface BackupResult {
  /** The new backup, or the parent where nothing has changed since. */
  backup_id: string;
  /** No backup was made: all is as in the parent. */
  unchanged: boolean;
  bytes_processed: number;
  bytes_added: number;
  files: number;
  warnings: Warning[];
}

/**
 * The source is `.` with everything one level down: rustic does not store the
 * metadata of the source's own root, and never `-x`: it would drop the
 * contents of a staged snapshot. `--no-scan` with a parent: the total is
 * estimated from the backup before.
 */
export function backupCommand(
  input: BackupOptions,
): RusticCommand<BackupResult> {
  const { source, parent, globFile, logFile, project_id, job_id } = input;
  const { tags = [], always = false } = input;
  const skip = parent !== undefined && !always;
  return {
    action: "back up the project",
    cwd: input.directory,
    args: [
      "backup",
      ...source,
      ...["--host", project_id],
      ...[`job=${job_id}`, ...tags].flatMap((tag) => ["--tag", tag]),
      "--json-progress",
      ...["--progress-interval", "500ms"],
      ...(parent ? ["--parent", parent, "--no-scan"] : []),
      ...(skip ? ["--skip-if-unchanged"] : []),
      ...(globFile ? ["--glob-file", globFile] : []),
      ...(logFile
        ? ["--log-file", logFile, "--log-level-logfile", "trace"]
        : []),
    ],
    onLine: createStatusReader(input.onBytes),
    parse: (output) =>
      resultOf(output, { source, skippable: skip ? parent : undefined }),
  };
}

interface Compared {
  source: readonly string[];
  /** No snapshot means: as in this one. */
  skippable: string | undefined;
}

/** undefined: neither a new backup nor a word that all is as before. */
function resultOf(
  { stdout, stderr = "", records }: RusticOutput,
  { source, skippable }: Compared,
): BackupResult | undefined {
  const summary = Summary.safeParse(lastMessage(stdout));
  if (!summary.success) return undefined;
  // rustic leaves its id out where the new tree is the parent's.
  const { snapshot_id } = summary.data;
  const compared = !/^\[INFO\] using no parent$/m.test(stderr);
  const backup_id = snapshot_id ?? (compared ? skippable : undefined);
  if (backup_id === undefined) return undefined;
  return {
    backup_id,
    unchanged: snapshot_id === undefined,
    bytes_processed: summary.data.total_bytes_processed,
    bytes_added: summary.data.data_added_packed,
    files: summary.data.total_files_processed,
    warnings: warningsOf(records, rootOf(source)),
  };
}

/** Warnings name the stage's paths, whatever directory rustic read. */
function rootOf([path = ".", , as = ""]: readonly string[]): SourceRoot {
  return { prefix: `${path}/`, name: as && `${as.replace(/^\//, "")}/` };
}

/**
 * A path below what rustic reads, as a glob that matches it alone. One line:
 * a line break in it is matched by a range that holds one, and blanks at its
 * end, which would be cut off, stand in brackets.
 */
export function excludeGlob(path: string): string {
  const escaped = path.replace(/[\\*?[\]{}!]/g, "\\$&");
  const line = escaped.replace(/[^\S\n]$/, "[$&]").replaceAll("\n", "[\t-\v]");
  return `!/${line}`;
}
