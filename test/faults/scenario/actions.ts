/** What people, the hub, the machine and bad luck do, by chance. */

import { join } from "node:path";
import type { Job } from "../../../conat-api/index.js";
import { createFaults } from "../world/faults.js";
import { pickWeighted } from "../world/random.js";
import type { Project } from "./facts.js";
import { noteVersion, writeVersion } from "./projects.js";
import { randomScript } from "./scripts.js";
import type { Session } from "./session.js";

const weights = {
  ...{ backup: 30, write: 22, cancel: 9, look: 10, restore: 12, wait: 26 },
  ...{ again: 3, clock: 3, trouble: 6, calm: 5, faults: 2 },
};
type Action = keyof typeof weights;

export async function act(session: Session): Promise<void> {
  const { chance } = session.world;
  const action = pickWeighted<Action>(chance, weights);
  session.world.onStep?.(`action ${action}`);
  await actions[action](session, chance.pick(session.facts.projects));
}

const actions: Record<
  Action,
  (session: Session, project: Project) => Promise<void> | void
> = {
  backup: askBackup,
  write: ({ world, facts }, project) =>
    writeVersion(world.places, facts, project),
  cancel: askCancel,
  look: askAround,
  restore: askRestore,
  wait: ({ world, sleep }) =>
    sleep(world.chance.below(world.chance.chance(0.2) ? 40_000 : 700)),
  async again({ world, close, start }) {
    world.faults = undefined;
    await close();
    await start();
  },
  clock({ world: { chance, timers } }) {
    const ahead = chance.chance(0.5) ? 1 : -1;
    timers.clocks.wallOffsetMs += ahead * chance.below(36 * 3_600_000);
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
};

async function askBackup(session: Session, project: Project): Promise<void> {
  const { world, facts, ask } = session;
  const { project_id } = project;
  noteVersion(world.places, facts, project);
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
