/**
 * Watched where programs start: nothing is removed from the repository before
 * its time, and one prune at a time works on it.
 */

import type { Session } from "../scenario/session.js";
import { type Annotation, annotationsOf } from "./annotations.js";
import { readBackup } from "./ground.js";

export function watchRepository(
  session: Session,
  line: readonly string[],
): void {
  if (line.includes("prune") || line.includes("check")) watchJobs(session);
  if (line.includes("prune")) watchPrune(session);
  const at = line.indexOf("forget");
  if (at === -1) return;
  for (const id of line.slice(at + 1)) watchForget(session, id);
}

function watchJobs({ world, rows }: Session): void {
  const working = rows().filter(
    ({ project_id, state }) => project_id === null && state === "running",
  );
  if (working.length <= 1) return;
  const detail = `${working.length} jobs work on the repository`;
  world.report({ invariant: "I2", detail });
}

function watchPrune({ world }: Session): void {
  const all = [...world.groups.values(), ...world.state.outliving];
  const prunes = all.filter(({ line }) => line.includes("prune"));
  if (prunes.length === 0) return;
  const detail = "a second prune begins while one runs";
  world.report({ invariant: "prune", detail });
}

const dayMs = 24 * 3_600_000;

function watchForget(session: Session, backup_id: string): void {
  const { world, facts } = session;
  // Documents are forgotten as soon as there is a newer one.
  if (!readBackup(world.places.repository, backup_id, facts)) return;
  world.state.removed.push(backup_id);
  // Whoever takes it back from now on is told whether they can.
  facts.takenBack = facts.takenBack.filter((id) => id !== backup_id);
  const one = annotationsOf(session).find((it) => it.backup_id === backup_id);
  const isDeleted = one !== undefined && one.project_id in facts.deleted;
  const pinned = facts.marks[backup_id]?.pinned ?? one?.pinned === 1;
  const why =
    (pinned && !isDeleted && "it is pinned") ||
    tooEarly(one, world.timers.wall());
  if (!why) return;
  const detail = `${backup_id} is removed: ${why}`;
  world.report({ invariant: "I7", detail });
}

/** As the worlds are configured: a day. */
function tooEarly(
  annotation: Annotation | undefined,
  now: number,
): string | undefined {
  const forgotten_at = annotation?.forgotten_at ?? null;
  if (forgotten_at === null) return "nobody has forgotten it";
  return forgotten_at > now - dayMs ? "it can still be taken back" : undefined;
}
