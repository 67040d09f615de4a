/** What people and the hub make of backups and projects. */

import { rmSync } from "node:fs";
import {
  defaultPolicy,
  isTerminal,
  type Policy,
} from "../../../conat-api/index.js";
import type { Random } from "../world/random.js";
import type { Mark, Project } from "./facts.js";
import { livingProjects, pathsOf } from "./projects.js";
import type { Session } from "./session.js";

/** Pins, names, forgets a backup, or takes one back. */
export async function annotate(
  session: Session,
  project: Project,
): Promise<void> {
  const { world, facts, select } = session;
  const { project_id } = project;
  const sql = `SELECT backup_id FROM backups WHERE project_id = '${project_id}' ORDER BY backup_id`;
  const listed = select<{ backup_id: string }>(sql);
  if (listed.length === 0) return;
  const { backup_id } = world.chance.pick(listed);
  const mark = world.chance.pick(markers)(world.chance);
  const known = (facts.marks[backup_id] ??= { project_id });
  // Until it is answered nobody knows.
  for (const name of Object.keys(mark)) delete known[name as keyof Mark];
  const one = { project_id, backup_id };
  const { forgotten, ...facet } = mark;
  const answer =
    forgotten === undefined
      ? await session.ask("update", project, { ...one, ...facet })
      : await session.ask(forgotten ? "forget" : "unforget", project, one);
  const saved = facts.saved[project_id];
  if (saved) saved.backups = saved.backups.filter((of) => !isOf(of));
  if ("refused" in answer) return;
  Object.assign(known, mark);
  const { takenBack } = facts;
  const isBack = mark.forgotten === false || mark.pinned === true;
  if (isBack) takenBack.push(backup_id);

  function isOf(of: { backup_id: string }): boolean {
    return of.backup_id === backup_id;
  }
}

type Change = Omit<Mark, "project_id">;

const markers: readonly ((random: Random) => Change)[] = [
  () => ({ pinned: true }),
  () => ({ pinned: true }),
  () => ({ pinned: false }),
  (random) => ({ name: `n${random.hex(4)}` }),
  () => ({ forgotten: true }),
  () => ({ forgotten: true }),
  () => ({ forgotten: false }),
];

export async function setPolicy(
  { world: { chance }, facts, ask }: Session,
  project: Project,
): Promise<void> {
  const { project_id } = project;
  const policy = chance.chance(0.2) ? null : somePolicy(chance);
  delete facts.policies[project_id];
  delete facts.saved[project_id];
  const answer = await ask("set_policy", project, { project_id, policy });
  if (!("refused" in answer)) facts.policies[project_id] = policy;
}

function somePolicy(random: Random): Policy {
  const count = () => random.below(3);
  return {
    ...defaultPolicy,
    enabled: random.chance(0.9),
    keep: {
      ...{ last: 1 + count(), hourly: count(), daily: count() },
      ...{ weekly: count(), monthly: 0, yearly: 0 },
    },
    keep_manual: { last: count(), days: count() },
  };
}

export function setQuota(
  { world: { chance }, facts }: Session,
  { project_id }: Project,
): void {
  if (chance.chance(0.3)) delete facts.quotas[project_id];
  else facts.quotas[project_id] = 1 + chance.below(6);
}

/** For good, and while nothing works on it; the first one stays. */
export function deleteProject(session: Session, project: Project): void {
  const { facts, world, rows } = session;
  const { project_id } = project;
  if (livingProjects(facts)[0] === project) return;
  const mine = rows().filter((row) => row.project_id === project_id);
  if (!mine.every(({ state }) => isTerminal(state))) return;
  facts.deleted[project_id] = world.timers.wall();
  for (const path of Object.values(pathsOf(world.places, project))) {
    rmSync(path as string, { recursive: true, force: true });
  }
}
