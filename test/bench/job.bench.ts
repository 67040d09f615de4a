/**
 * P1a, P1b: what a whole job costs beyond rustic itself. Ours: from `start`
 * to the settled row, snapshot and clean-up included. Bare: the same rustic
 * with the same flags on a stage that is there already. In turns, one run.
 * P2a, P2b: what it saves in a repository of many backups.
 */

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { openBareRustic } from "./bare-rustic.js";
import { type BenchHost, startBenchHost } from "./bench-host.js";
import { addBackups, maintain } from "./crowd.js";
import { median, report, round } from "./report.js";
import { fillSmall, makeProject, makeStage, timeJob } from "./whole-job.js";

const mib = 1024 * 1024;

async function main(): Promise<void> {
  const host = await startBenchHost(20 * 1024 * mib);
  try {
    await host.backups.tools.repositories.open();
    const [only] = process.argv.slice(2);
    for (const figure of [small, large, crowded]) {
      if (only === undefined || only === figure.name) await figure(host);
    }
  } finally {
    await host.close();
  }
}

/** One small change in a tree of 1 MB. */
async function small(host: BenchHost): Promise<void> {
  const project = await makeProject(host, fillSmall);
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
  const bare = await openBareRustic(host);
  let parent: string | undefined;
  const alone = async () => {
    const stage = await makeStage(host, project);
    const { ms, backup_id } = await bare.backUp(stage.directory, { parent });
    parent = backup_id;
    await stage.close();
    return ms;
  };
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
        side === "ours" ? await timeJob(host, project, parts) : await alone();
      if (round > 0) figures[side].push(ms);
    }
  }
  return {
    ratio: round(median(figures.ours) / median(figures.bare)),
    ours_ms: round(median(figures.ours), 1),
    bare_ms: round(median(figures.bare), 1),
    parts_ms: mediansOf(parts),
    rounds,
  };
}

/**
 * P2a, P2b: the same small change in a repository of 2,048 backups. Ours: our
 * whole job, in the repository as maintenance keeps it. Theirs: rustic as a
 * script runs it, that finds the parent by itself; by the password in the same
 * repository, and by the key in one that nobody merges the index files of.
 */
async function crowded(host: BenchHost): Promise<void> {
  const rounds = 12;
  const project = await makeProject(host, fillSmall);
  await timeJob(host, project);
  await addBackups(host, 2_048, { perRun: 1 });
  await host.backups.refresh();
  const unmerged = await takeTurns(host, project, { by: "key-file", rounds });
  await maintain(host);
  const merged = await takeTurns(host, project, { by: "password", rounds });
  const ours = {
    ours_ms: round(merged.ours, 1),
    // No job around rustic can take less.
    bare_as_ours_ms: round(merged.same, 1),
    parts_ms: merged.parts,
    rounds,
  };
  const over = (bare: number) => ({
    ratio: round(bare / merged.ours),
    bare_ms: round(bare, 1),
  });
  report({ id: "P2a", goal: 10, ...over(merged.bare), ...ours });
  const before = { ours_unmerged_ms: round(unmerged.ours, 1) };
  report({ id: "P2b", goal: 2, ...over(unmerged.bare), ...ours, ...before });
}

function turned<T>(all: readonly T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

async function takeTurns(
  host: BenchHost,
  project: string,
  { by, rounds }: { by: "key-file" | "password"; rounds: number },
) {
  const script = await openBareRustic(host, by);
  const same = await openBareRustic(host);
  const file = join(host.projects, project, "f0");
  const figures = { ours: [], bare: [], same: [] } as Record<string, number[]>;
  const parts: Record<string, number[]> = {};
  const alone = async (how: typeof same, parent?: string) => {
    const stage = await makeStage(host, project);
    await execa("sync");
    const options = { project_id: project, parent };
    const { ms } = await how.backUp(stage.directory, options);
    await stage.close();
    return ms;
  };
  const sides = {
    ours: () => timeJob(host, project, parts),
    bare: () => alone(script),
    same: () => {
      const { store } = host.backups.tools;
      return alone(same, store.bases.get(project)?.backup_id);
    },
  };
  // The first round is a warm-up.
  for (let turn = 0; turn <= rounds; turn++) {
    const all = Object.entries(sides);
    // Each is the first one in turn.
    for (const [side, run] of turned(all, turn)) {
      writeFileSync(file, randomBytes(16 * 1024));
      await execa("sync");
      const ms = await run();
      if (turn > 0) figures[side]?.push(ms);
    }
  }
  const of = (side: keyof typeof sides) => median(figures[side] ?? []);
  return {
    ...{ ours: of("ours"), bare: of("bare"), same: of("same") },
    parts: mediansOf(parts),
  };
}

function mediansOf(parts: Record<string, number[]>): object {
  const names = Object.entries(parts);
  return Object.fromEntries(
    names.map(([name, all]) => [name, round(median(all), 1)]),
  );
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${String(error)}\n`);
});
