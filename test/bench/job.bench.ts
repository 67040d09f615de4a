/**
 * P1a, P1b: what a whole job costs beyond rustic itself. Ours: from `start`
 * to the settled row, snapshot and clean-up included. Bare: the same rustic
 * with the same flags on a stage that is there already. In turns, one run.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { execa } from "execa";
import { rusticCandidates } from "../../lib/config.js";
import { findRustic } from "../../lib/repository/binary.js";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import { type BenchHost, startBenchHost } from "./bench-host.js";
import { median, report, round, timed } from "./report.js";

const mib = 1024 * 1024;
const hub = { type: "hub" } as const;
/** The default of `limits.nice`. */
const nice = 10;

async function main(): Promise<void> {
  const host = await startBenchHost(20 * 1024 * mib);
  try {
    await host.backups.tools.repositories.open();
    await small(host);
    await large(host);
  } finally {
    await host.close();
  }
}

/** One small change in a tree of 1 MB. */
async function small(host: BenchHost): Promise<void> {
  const project = await makeProject(host, (directory) => {
    for (let index = 0; index < 64; index++) {
      writeFileSync(join(directory, `f${index}`), randomBytes(16 * 1024));
    }
  });
  const change = () =>
    writeFileSync(join(host.projects, project, "f0"), randomBytes(16 * 1024));
  const pairs = await compare(host, project, change, 40);
  report({ id: "P1a", goal: 2.5, ...pairs });
}

/** A job of some seconds: all of its content is new each time. */
async function large(host: BenchHost): Promise<void> {
  const size = 1000 * mib;
  const project = await makeProject(host, () => {});
  const change = () => {
    const path = join(host.projects, project, "big");
    const block = randomBytes(16 * mib);
    writeFileSync(path, "");
    for (let at = 0; at < size; at += block.length) {
      // Distinct in each chunk that rustic cuts, and quick to make.
      for (let i = 0; i < block.length; i += 64 * 1024) {
        randomBytes(32).copy(block, i);
      }
      writeFileSync(path, block, { flag: "a" });
    }
  };
  const pairs = await compare(host, project, change, 5);
  report({ id: "P1b", goal: 1.03, ...pairs });
}

async function compare(
  host: BenchHost,
  project: string,
  change: () => void,
  rounds: number,
) {
  const bare = await prepareBare(host, project);
  const figures = { ours: [] as number[], bare: [] as number[] };
  const parts: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    // Which goes first alternates; the first round is a warm-up.
    const order =
      round % 2 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
    for (const side of order) {
      change();
      await execa("sync");
      const ms =
        side === "ours" ? await ours(host, project, parts) : await bare();
      if (round > 0) figures[side].push(ms);
    }
  }
  return {
    ratio: round(median(figures.ours) / median(figures.bare)),
    ours_ms: round(median(figures.ours), 1),
    bare_ms: round(median(figures.bare), 1),
    parts_ms: Object.fromEntries(
      Object.entries(parts).map(([name, all]) => [name, round(median(all), 1)]),
    ),
    rounds,
  };
}

/**
 * A whole job through the contract, until its row is settled. The row is not
 * polled: a loop would take a core from rustic.
 */
async function ours(
  { backups }: BenchHost,
  project_id: string,
  parts: Record<string, number[]>,
): Promise<number> {
  const { jobs } = backups.tools.store;
  const { note, settle } = jobs;
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
  const finished = await settled;
  Object.assign(jobs, { note, settle });
  const ends = [...marks.slice(1).map(({ at }) => at), finished];
  const add = (name: string, value: number) => (parts[name] ??= []).push(value);
  add("before staging", (marks[0]?.at ?? begun) - begun);
  marks.forEach(({ phase, at }, index) => add(phase, (ends[index] ?? at) - at));
  return finished - begun;
}

/** rustic alone, on a stage like ours, into the same repository. */
async function prepareBare(
  { projects, dataDir, repository }: BenchHost,
  project: string,
): Promise<() => Promise<number>> {
  const rustic = await findRustic(rusticCandidates(undefined), {
    PATH: process.env.PATH ?? "",
  });
  const stage = join(projects, `bare-${project}`);
  mkdirSync(stage);
  const profile = join(dataDir, `bare-${project}.toml`);
  let parent: string | undefined;
  return async () => {
    writeFileSync(
      profile,
      `[repository]\nrepository = "local:${repository}"\nno-cache = true\nkey-file = "${join(dataDir, "keys", "main.key")}"\n`,
    );
    await execa("btrfs", [
      "subvolume",
      "snapshot",
      "-r",
      join(projects, project),
      join(stage, "project"),
    ]);
    const { args, parse } = backupCommand({
      directory: stage,
      source: ["."],
      project_id: randomUUID(),
      job_id: randomUUID(),
      parent,
      onBytes: () => {},
    });
    const { ms, value } = await timed(() =>
      spawned(rustic, ["-P", profile, ...args], stage),
    );
    parent = parse({ stdout: value, records: [] })?.backup_id;
    await execa("btrfs", ["subvolume", "delete", join(stage, "project")]);
    return ms;
  };
}

function spawned(
  file: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The same priority as ours, so that a busy machine slows both alike.
    if (child.pid !== undefined) setPriority(child.pid, nice);
    let stdout = "";
    child.stdout.on("data", (chunk) => (stdout += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`rustic: ${code}`)),
    );
  });
}

async function makeProject(
  { projects }: BenchHost,
  fill: (directory: string) => void,
): Promise<string> {
  const project = randomUUID();
  const directory = join(projects, project);
  await execa("btrfs", ["subvolume", "create", directory]);
  fill(directory);
  return project;
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${String(error)}\n`);
});
