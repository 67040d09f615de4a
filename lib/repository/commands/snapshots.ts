/** Reading the list of backups. */

import { z } from "zod";
import {
  type Backup,
  BackupId,
  JobId,
  ProjectId,
  Trigger,
} from "../../../conat-api/index.js";
import { parseJson } from "../json.js";
import type { RusticCommand } from "../rustic.js";
import { type Annotations, annotationsLabel } from "./annotations.js";

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
  label: z.string().optional(),
  description: z.string().optional(),
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

/** What snapshots of a repository are. */
export interface Reading {
  backups: StoredBackup[];
  annotations: Annotations[];
}

/**
 * What the snapshots of the given full ids name; at least one id. One that is
 * not as it should be is left out, and its id handed to `onMalformed`.
 */
export function readBackupsCommand(
  ids: readonly string[],
  onMalformed: (id: string) => void = () => {},
): RusticCommand<Reading> {
  return {
    action: "read the backups",
    args: ["snapshots", "--json", ...ids],
    parse({ stdout }) {
      const groups = Groups.safeParse(parseJson(stdout));
      const all = groups.data?.flatMap(({ snapshots }) => snapshots) ?? [];
      // It names each that was asked for, or it ended before.
      if (!groups.success || all.length < ids.length) return undefined;
      const reading: Reading = { backups: [], annotations: [] };
      for (const found of all) {
        const snapshot = Snapshot.safeParse(found);
        if (snapshot.success) sort(snapshot.data, reading);
        else onMalformed(Named.safeParse(found).data?.id ?? "without an id");
      }
      return reading;
    },
  };
}

/** The label decides; what names no project is neither. */
function sort(snapshot: z.infer<typeof Snapshot>, reading: Reading): void {
  const { id, time, hostname, label, description = "" } = snapshot;
  if (!ProjectId.safeParse(hostname).success) return;
  if (label === annotationsLabel) {
    const facts = { id, project_id: hostname, time: Date.parse(time) };
    reading.annotations.push({ ...facts, text: description });
  } else {
    reading.backups.push(toBackup(snapshot));
  }
}

function toBackup(snapshot: z.infer<typeof Snapshot>): StoredBackup {
  const { id, time, hostname, tags, summary } = snapshot;
  return {
    backup_id: id,
    project_id: hostname,
    job_id: jobOf(tags),
    time: Date.parse(time),
    size_bytes: summary?.total_bytes_processed ?? null,
    added_bytes: summary?.data_added_packed ?? null,
    files: summary?.total_files_processed ?? null,
    duration_ms: summary ? Math.round(summary.total_duration * 1000) : null,
    trigger: triggerOf(tags),
    requested_by: null,
    warnings_count: null,
    warnings: [],
    name: null,
    note: null,
    pinned: false,
    forgotten_at: null,
    unproven: false,
  };
}

function jobOf(tags: readonly string[]): string | null {
  return tagged(tags, "job", JobId);
}

function triggerOf(tags: readonly string[]): Trigger | null {
  return tagged(tags, "trigger", Trigger);
}

/** The first tag `name=..` whose value is of that kind. */
function tagged<T>(
  tags: readonly string[],
  name: string,
  kind: z.ZodType<T>,
): T | null {
  const start = `${name}=`;
  const values = tags.filter((tag) => tag.startsWith(start));
  const found = values.map((tag) => kind.safeParse(tag.slice(start.length)));
  return found.find(({ success }) => success)?.data ?? null;
}
