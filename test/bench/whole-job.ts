/** A whole job through the contract, timed; and projects to run it on. */

import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { BenchHost } from "./bench-host.js";

const hub = { type: "hub" } as const;

/**
 * Until its row is settled and what it has replaced is gone. The row is not
 * polled: a loop would take a core from rustic. `parts`: milliseconds of each
 * phase, added to.
 */
export async function timeJob(
  { backups }: BenchHost,
  project_id: string,
  parts: Record<string, number[]> = {},
): Promise<number> {
  const { jobs, bases } = backups.tools.store;
  const { note, settle } = jobs;
  const before = bases.get(project_id)?.path;
  const marks: { phase: string; at: number }[] = [];
  jobs.note = (job_id, facts) => {
    if (facts.phase) marks.push({ phase: facts.phase, at: performance.now() });
    note(job_id, facts);
  };
  const begun = performance.now();
  const settled = new Promise<number>((resolve, reject) => {
    jobs.settle = (job_id, settlement) => {
      const row = settle(job_id, settlement);
      if (row?.state === "succeeded") resolve(performance.now());
      else reject(new Error(String(row?.error_message)));
      return row;
    };
  });
  await backups.handlers("start", hub, { project_id });
  const settledAt = await settled;
  Object.assign(jobs, { note, settle });
  // Two milliseconds at most are ours, and not the job's.
  if (before !== undefined) while (existsSync(before)) await sleep(2);
  const finished = performance.now();
  const ends = [...marks.slice(1).map(({ at }) => at), settledAt];
  const add = (name: string, value: number) => (parts[name] ??= []).push(value);
  add("before staging", (marks[0]?.at ?? begun) - begun);
  marks.forEach(({ phase, at }, index) => add(phase, (ends[index] ?? at) - at));
  add("removing", finished - settledAt);
  return finished - begun;
}

export async function makeProject(
  { projects }: BenchHost,
  fill: (directory: string) => void,
): Promise<string> {
  const project = randomUUID();
  const directory = join(projects, project);
  await execa("btrfs", ["subvolume", "create", directory]);
  fill(directory);
  return project;
}

/** 64 files, 1 MB in all. */
export function fillSmall(directory: string): void {
  for (let index = 0; index < 64; index++) {
    writeFileSync(join(directory, `f${index}`), randomBytes(16 * 1024));
  }
}

/** A stage of a project like a job's own; `close` removes it. */
export async function makeStage(
  { projects }: BenchHost,
  project: string,
): Promise<{ directory: string; close(): Promise<void> }> {
  const directory = join(projects, `bare-${project}`);
  const snapshot = join(directory, "project");
  await execa("mkdir", ["-p", directory]);
  await execa("btrfs", [
    ...["subvolume", "snapshot", "-r"],
    ...[join(projects, project), snapshot],
  ]);
  return {
    directory,
    close: async () => {
      await execa("btrfs", ["subvolume", "delete", snapshot]);
    },
  };
}
