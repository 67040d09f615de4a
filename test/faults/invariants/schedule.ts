/** The scheduler asks for one backup a slot, and no more. */

import type { JobRow } from "../../../lib/store/index.js";
import type { Invariant } from "./ground.js";

export const schedule: readonly Invariant[] = [
  {
    id: "schedule",
    sentence: "Nothing is scheduled where the slot has its backup already.",
    check: ({ facts, rows }) =>
      facts.projects.flatMap(({ project_id }) => {
        const mine = rows.filter(
          (row) => row.project_id === project_id && row.kind === "backup",
        );
        return mine.flatMap((row, at) => oneTooMany(row, mine.slice(0, at)));
      }),
  },
];

/** One that was found later did not count when this was asked for. */
const untold = "the end of this backup was not seen";

function oneTooMany(row: JobRow, before: readonly JobRow[]): string[] {
  if (row.trigger !== "scheduled") return [];
  const covering = before.findLast(
    ({ state, warnings }) =>
      state === "succeeded" && !warnings.includes(untold),
  );
  const { job_id } = row;
  // One from ahead of a clock that was set back counts for nothing.
  const newest = before.findLast(({ state }) => state === "succeeded");
  if ((newest?.fixed_at ?? 0) > row.created_at) return [];
  // And one from behind it is the newest: what came before it is ahead.
  if ((newest?.fixed_at ?? 0) < (covering?.fixed_at ?? 0)) return [];
  // The sweep writes its rows when it has looked, which a clock may fall into.
  const isSwept = row.unchanged && row.started_at === row.finished_at;
  const created_at = (isSwept && row.fixed_at) || row.created_at;
  const from = covering?.fixed_at ?? Infinity;
  // Somebody had one made while the sweep looked: it costs a row.
  if (row.unchanged && created_at - from < 5 * 60_000) return [];
  if (from > created_at || !isOfOneSlot(from, created_at)) return [];
  const [a, b] = [from, created_at].map((at) => new Date(at).toISOString());
  return [`Job ${job_id}, ${b}: job ${covering?.job_id} was of ${a}.`];
}

const [hourMs, dayMs] = [3_600_000, 24 * 3_600_000] as const;
const windowMs = 6 * hourMs;

/** All worlds have daily schedules and a window after midnight, UTC. */
function isOfOneSlot(from: number, to: number): boolean {
  return from % dayMs >= windowMs && to < from - (from % dayMs) + dayMs;
}
