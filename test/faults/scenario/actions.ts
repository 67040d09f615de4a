/** What people, the hub, the machine and bad luck do, by chance. */

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../../conat-api/index.js";
import { createFaults } from "../world/faults.js";
import { pickWeighted } from "../world/random.js";
import type { Project } from "./facts.js";
import { catchUpMs } from "./days.js";
import { annotate, deleteProject, setPolicy, setQuota } from "./people.js";
import {
  livingProjects,
  noteVersion,
  pathsOf,
  writeStore,
  writeVersion,
} from "./projects.js";
import { randomScript } from "./scripts.js";
import type { Session } from "./session.js";

const weights = {
  ...{ backup: 30, write: 22, cancel: 9, look: 10, restore: 22, wait: 26 },
  ...{ again: 3, clock: 3, trouble: 12, calm: 6, faults: 2 },
  ...{ store: 6, snapshot: 2, tick: 12, days: 14, annotate: 16, policy: 3 },
  ...{ quota: 2, deleted: 1, upkeep: 5, disk: 1 },
};
type Action = keyof typeof weights;

export async function act(session: Session): Promise<void> {
  const { chance } = session.world;
  const action = pickWeighted<Action>(chance, weights);
  session.world.onStep?.(`action ${action}`);
  await actions[action](session, chance.pick(livingProjects(session.facts)));
}

const actions: Record<
  Action,
  (session: Session, project: Project) => Promise<void> | void
> = {
  backup: askBackup,
  write: ({ world, facts }, project) => writeVersion(world, facts, project),
  cancel: askCancel,
  look: askAround,
  restore: askRestore,
  wait: ({ world, sleep }) =>
    sleep(world.chance.below(world.chance.chance(0.15) ? 90_000 : 700)),
  async again({ world, close, start }) {
    world.faults = undefined;
    await close();
    await start();
  },
  clock({ world: { chance, timers } }) {
    const ahead = chance.chance(0.5) ? 1 : -1;
    timers.jump(ahead * chance.below(36 * hourMs));
  },
  trouble({ world }) {
    const random = world.chance;
    world.script = (title) => randomScript(random, title);
  },
  calm({ world }) {
    world.script = () => ({});
    world.faults = undefined;
  },
  faults({ world }) {
    world.faults = createFaults(world.chance, 0.05);
  },
  store: ({ world, facts }, project) => writeStore(world, facts, project),
  snapshot: takeSnapshot,
  tick: ({ tick }) => void tick(),
  days: passHours,
  ...{ annotate, policy: setPolicy, quota: setQuota, deleted: deleteProject },
  upkeep: askUpkeep,
  disk({ world: { state } }) {
    state.diskIsShort = !state.diskIsShort;
  },
};

const hourMs = 3_600_000;

/** Schedules, retention and upkeep come due. */
async function passHours({ world, tick, sleep }: Session): Promise<void> {
  const { chance, timers } = world;
  timers.jump((1 + chance.below(chance.chance(0.5) ? 8 : 50)) * hourMs);
  void tick();
  await sleep(1000);
  timers.jump(catchUpMs);
  void tick();
}

/** A full disk refuses an operator as well. */
function askUpkeep({ world, askRepository }: Session): void {
  try {
    askRepository(world.chance.pick(["forget", "prune", "check"] as const));
  } catch (error) {
    if (world.kills.dead || world.faults === undefined) throw error;
  }
}

/** One of the project's own, as its people see them. */
async function takeSnapshot(session: Session, project: Project): Promise<void> {
  const { world, run } = session;
  const { subvolume } = pathsOf(world.places, project);
  if (!existsSync(subvolume)) return;
  const folder = join(subvolume, ".snapshots");
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `s${world.tick()}`);
  await run("btrfs", ["subvolume", "snapshot", "-r", subvolume, name]);
}

async function askBackup(session: Session, project: Project): Promise<void> {
  const { world, facts, ask } = session;
  const { project_id } = project;
  noteVersion(world, facts, project);
  const since = (facts.history[project_id]?.length ?? 0) - 1;
  const persistSince = (facts.persistHistory[project_id]?.length ?? 0) - 1;
  const answer = await ask("start", project, { project_id });
  if ("refused" in answer) return;
  const { job_id } = answer.job;
  facts.acknowledged.push(job_id);
  facts.promises.push({ project_id, job_id, since, persistSince });
}

async function askCancel(session: Session, project: Project): Promise<void> {
  const { project_id } = project;
  const job = session.world.chance.pick(
    session.rows().filter((row) => unfinished(row) && mine(row)),
  );
  if (!job) return;
  const { job_id } = job;
  const answer = await session.ask("cancel", project, { project_id, job_id });
  if ("refused" in answer || !answer.cancelled) return;
  session.facts.cancelled[job_id] = answer.job.state;

  function mine(row: { project_id: string }): boolean {
    return row.project_id === project_id;
  }
}

function unfinished({ state }: Pick<Job, "state">): boolean {
  return state === "pending" || state === "running";
}

async function askAround(session: Session, project: Project): Promise<void> {
  const { world, ask, facts } = session;
  const { project_id } = project;
  const [job_id] = facts.acknowledged.slice(-1);
  const refresh = world.chance.chance(0.5);
  await ask("list", project, { project_id, refresh });
  await ask("status", project, { project_id });
  await ask("jobs", project, { project_id });
  if (job_id) await ask("job", project, { project_id, job_id });
}

async function askRestore(session: Session, project: Project): Promise<void> {
  const { world, facts, ask } = session;
  const { project_id } = project;
  const backup_id = someBackup(session, project_id);
  if (backup_id === undefined) return;
  const path = world.chance.chance(0.4)
    ? join(world.places.restored, `r${(facts.targets += 1)}`)
    : undefined;
  const target =
    path === undefined
      ? { type: "in_place" as const }
      : { type: "directory" as const, path };
  const answer = await ask("restore", project, {
    project_id,
    backup_id,
    target,
  });
  if ("refused" in answer) return;
  facts.acknowledged.push(answer.job.job_id);
  facts.asked[answer.job.job_id] = backup_id;
}

/** Mostly one of the project's own; now and then any. */
function someBackup(
  { world: { chance }, rows }: Session,
  project_id: string,
): string | undefined {
  const anyones = chance.chance(0.1);
  const ids = rows()
    .filter((row) => row.kind === "backup")
    .filter((row) => anyones || row.project_id === project_id)
    .map(({ backup_id }) => backup_id)
    .filter((id) => id !== null);
  return ids.length === 0 ? undefined : chance.pick(ids);
}
