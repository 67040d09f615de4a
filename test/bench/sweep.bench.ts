/**
 * P3: 1,000 projects in which nothing has changed: a loop of rustic, over our
 * sweep from due to settled rows. P3s: each has a persist store that no
 * snapshot covers. P4: one project of 200,000 files of which
 * its user took a snapshot: rustic's walk, over our whole job. P7: a job in a
 * repository of 5,000 backups that is maintained, over one of 100.
 */

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { settleUnchanged } from "../../lib/jobs/unchanged.js";
import { openBareRustic } from "./bare-rustic.js";
import { type BenchHost, startBenchHost } from "./bench-host.js";
import { addBackups, maintain } from "./crowd.js";
import { median, report, round, timed } from "./report.js";
import { fillSmall, makeProject, makeStage, timeJob } from "./whole-job.js";

const gib = 1024 ** 3;

async function main(): Promise<void> {
  const figures = {
    P3: unchangedProjects,
    P4: oneLargeProject,
    P7: agedRepository,
  };
  const [only] = process.argv.slice(2);
  for (const [id, figure] of Object.entries(figures)) {
    if (only !== undefined && only !== id) continue;
    const host = await startBenchHost(20 * gib);
    try {
      await host.backups.tools.repositories.open();
      await figure(host);
    } finally {
      await host.close();
    }
  }
}

const projectCount = 1_000;

async function unchangedProjects(host: BenchHost): Promise<void> {
  const projects: string[] = [];
  for (let index = 0; index < projectCount; index++) {
    const project = await makeProject(host, (directory) => {
      for (let file = 0; file < 10; file++) {
        writeFileSync(join(directory, `f${file}`), randomBytes(1024));
      }
    });
    await timeJob(host, project);
    projects.push(project);
  }
  await sweepAll({ id: "P3", goal: 200 }, projects, host);
  for (const project_id of projects) {
    const store = join(host.stores, project_id);
    mkdirSync(store);
    for (let file = 0; file < 8; file++) {
      writeFileSync(join(store, `${file}.db`), randomBytes(4096));
    }
  }
  for (const project_id of projects) await timeJob(host, project_id);
  await sweepAll({ id: "P3s" }, projects, host);
}

async function sweepAll(
  figure: { id: string; goal?: number },
  projects: readonly string[],
  host: BenchHost,
): Promise<void> {
  const { tools } = host.backups;
  const sweep = async () => {
    const { ms, value } = await timed(() =>
      settleUnchanged(projects, tools, {}),
    );
    if (value.size !== projectCount) throw new Error(`only ${value.size}`);
    return ms;
  };
  await sweep();
  const ours = [];
  for (let turn = 0; turn < 5; turn++) ours.push(await sweep());
  const bare = await openBareRustic(host);
  let alone = 0;
  for (const project_id of projects) {
    const base = tools.store.bases.get(project_id);
    if (!base) throw new Error("a project has no base");
    const { path, backup_id: parent } = base;
    alone += (await bare.backUp(path, { project_id, parent })).ms;
  }
  const sweepMs = median(ours);
  report({
    ...{ ...figure, ratio: round(alone / sweepMs) },
    ...{ ours_ms: round(sweepMs, 1), bare_ms: round(alone) },
    projects: projectCount,
  });
}

async function oneLargeProject(host: BenchHost): Promise<void> {
  const project = await makeProject(host, fillLarge);
  const live = join(host.projects, project);
  mkdirSync(join(live, ".snapshots"));
  await timeJob(host, project);
  const { store } = host.backups.tools;
  const parent = store.bases.get(project)?.backup_id;
  const bare = await openBareRustic(host);
  const figures = { ours: [] as number[], bare: [] as number[] };
  const parts: Record<string, number[]> = {};
  for (let turn = 0; turn < 6; turn++) {
    const snapshot = join(live, ".snapshots", String(turn));
    await execa("btrfs", ["subvolume", "snapshot", "-r", live, snapshot]);
    await execa("sync");
    const ours = await timeJob(host, project, parts);
    const [job] = store.jobs.list({ project_id: project, limit: 1 });
    if (!job?.unchanged) throw new Error("it has changed");
    const stage = await makeStage(host, project);
    const { ms } = await bare.backUp(stage.directory, {
      project_id: project,
      parent,
    });
    await stage.close();
    // The first round is a warm-up.
    if (turn === 0) continue;
    figures.ours.push(ours);
    figures.bare.push(ms);
  }
  report({
    ...{ id: "P4", goal: 200 },
    ratio: round(median(figures.bare) / median(figures.ours)),
    ours_ms: round(median(figures.ours), 1),
    bare_ms: round(median(figures.bare)),
    parts_ms: Object.fromEntries(
      Object.entries(parts).map(([name, all]) => [name, round(median(all), 1)]),
    ),
    files: 200_000,
  });
}

function fillLarge(directory: string): void {
  for (let folder = 0; folder < 200; folder++) {
    const path = join(directory, `d${folder}`);
    mkdirSync(path);
    for (let file = 0; file < 1_000; file++) {
      writeFileSync(join(path, `f${file}`), `${folder} ${file}`);
    }
  }
}

async function agedRepository(young: BenchHost): Promise<void> {
  const old = await startBenchHost(20 * gib);
  try {
    await old.backups.tools.repositories.open();
    const sides = [
      { host: young, backups: 100, project: "", ms: [] as number[] },
      { host: old, backups: 5_000, project: "", ms: [] as number[] },
    ];
    for (const side of sides) {
      side.project = await makeProject(side.host, fillSmall);
      await timeJob(side.host, side.project);
      for (let made = 0; made < side.backups; made += 500) {
        const count = Math.min(500, side.backups - made);
        await addBackups(side.host, count, { perRun: 50 });
        await maintain(side.host);
      }
      await side.host.backups.refresh();
    }
    for (let turn = 0; turn <= 20; turn++) {
      for (const { host, project, ms } of sides) {
        const file = join(host.projects, project, "f0");
        writeFileSync(file, randomBytes(16 * 1024));
        await execa("sync");
        const took = await timeJob(host, project);
        if (turn > 0) ms.push(took);
      }
    }
    const [few, many] = sides.map(({ ms }) => median(ms)) as [number, number];
    report({
      ...{ id: "P7", goal: 1.5, ratio: round(many / few) },
      ...{ many_ms: round(many, 1), few_ms: round(few, 1), rounds: 20 },
    });
  } finally {
    await old.close();
  }
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${String(error)}\n`);
});
