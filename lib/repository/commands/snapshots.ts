/** Reading the list of backups. */

import { z } from "zod";
import {
  type Backup,
  BackupId,
  JobId,
  ProjectId,
} from "../../../conat-api/index.js";
import type { RusticCommand } from "../rustic.js";

/** All ids, without reading what they name: 11 ms at 2,161 backups. */
export const listIdsCommand: RusticCommand<string[]> = {
  action: "list the backups",
  args: ["list", "snapshots"],
  // All of it or nothing: what is not listed is taken for gone.
  parse({ stdout }) {
    const lines = stdout.split("\n").filter((line) => line !== "");
    const ids = lines.map(
      (line) => /^SnapshotId\(([0-9a-f]{64})\)$/.exec(line)?.[1],
    );
    return ids.every((id) => id !== undefined) ? ids : undefined;
  },
};

const Snapshot = z.object({
  id: BackupId,
  time: z.string().refine((time) => !Number.isNaN(Date.parse(time))),
  hostname: z.string(),
  tags: z.array(z.string()).default([]),
  summary: z
    .object({
      total_files_processed: z.number(),
      total_bytes_processed: z.number(),
      data_added_packed: z.number(),
      total_duration: z.number(),
    })
    .optional(),
});

const Groups = z.array(z.object({ snapshots: z.array(z.unknown()) }));
const Named = z.object({ id: z.string() });

/** A backup as the repository knows it. */
export interface StoredBackup extends Omit<Backup, "repository_id"> {
  /** From its tag; null: it was made by other means. */
  job_id: string | null;
}

/**
 * What backups of the given full ids name; at least one id. A snapshot that
 * is not as it should be is left out, and its id handed to `onMalformed`.
 */
export function readBackupsCommand(
  ids: readonly string[],
  onMalformed: (id: string) => void = () => {},
): RusticCommand<StoredBackup[]> {
  return {
    action: "read the backups",
    args: ["snapshots", "--json", ...ids],
    parse({ stdout }) {
      const groups = Groups.safeParse(parseJson(stdout));
      const all = groups.data?.flatMap(({ snapshots }) => snapshots) ?? [];
      // It names each that was asked for, or it ended before.
      if (!groups.success || all.length < ids.length) return undefined;
      return all.flatMap((found) => {
        const snapshot = Snapshot.safeParse(found);
        if (snapshot.success) return toBackup(snapshot.data) ?? [];
        onMalformed(Named.safeParse(found).data?.id ?? "without an id");
        return [];
      });
    },
  };
}

/** undefined: not a backup of a project. */
function toBackup(
  snapshot: z.infer<typeof Snapshot>,
): StoredBackup | undefined {
  const { id, time, hostname, tags, summary } = snapshot;
  if (!ProjectId.safeParse(hostname).success) return undefined;
  return {
    backup_id: id,
    project_id: hostname,
    job_id: jobOf(tags),
    time: Date.parse(time),
    size_bytes: summary?.total_bytes_processed ?? null,
    added_bytes: summary?.data_added_packed ?? null,
    files: summary?.total_files_processed ?? null,
    duration_ms: summary ? Math.round(summary.total_duration * 1000) : null,
    trigger: null,
    requested_by: null,
    warnings_count: null,
    warnings: [],
  };
}

function jobOf(tags: readonly string[]): string | null {
  const ids = tags.map((tag) => JobId.safeParse(/^job=(.*)$/.exec(tag)?.[1]));
  return ids.find(({ success }) => success)?.data ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
