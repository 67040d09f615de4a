/** What the known jobs mean for what is shown and may be asked. */

import { isTerminal, type Job } from "../conat-api/index.js";
import type { PanelState } from "./model.js";

/**
 * Jobs that have not ended: the running one first, then as they were asked
 * for. The status and the jobs are read at different times; the newer one is
 * believed.
 */
export function activeJobs({ status, jobs, tickets }: PanelState): Job[] {
  const open = jobs.filter(({ state }) => !isTerminal(state));
  const current = status?.current;
  if (tickets.jobs > tickets.status) {
    const known = jobs.some(({ job_id }) => job_id === current?.job_id);
    return inOrder(current && !known ? [current, ...open] : open);
  }
  if (!current) return [];
  const waiting = open.filter(({ job_id, state }) => {
    return job_id !== current.job_id && state === "pending";
  });
  return inOrder([current, ...waiting]);
}

function inOrder(jobs: Job[]): Job[] {
  const rank = ({ state }: Job) => (state === "running" ? 0 : 1);
  return jobs.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      a.created_at - b.created_at ||
      (a.job_id < b.job_id ? -1 : 1),
  );
}

const resultIsNewsMs = 24 * 60 * 60 * 1000;

/** The newest restore, if it ended lately and none runs or waits. */
export function endedRestore(state: PanelState, now: number): Job | undefined {
  if (activeJobs(state).some(({ kind }) => kind === "restore"))
    return undefined;
  const newest = state.jobs.find(({ kind }) => kind === "restore");
  if (!newest || !isTerminal(newest.state)) return undefined;
  return now - (newest.finished_at ?? 0) < resultIsNewsMs ? newest : undefined;
}

/** A click would only join what waits, or has not yet fixed what it reads. */
export function alreadyAsked(active: readonly Job[], now: number): boolean {
  return active.some(
    (job) =>
      job.kind === "backup" &&
      (job.state === "pending"
        ? !isAppointment(job, now)
        : job.phase === "preparing" || job.phase === "staging"),
  );
}

/** It waits to be tried again, and nobody has asked for it meanwhile. */
export function isAppointment(job: Job, now: number): boolean {
  const { state, trigger, run_at, created_at } = job;
  const set = trigger === "retry" && run_at > created_at;
  return state === "pending" && set && run_at > now;
}

/** A restore that has begun to swap is completed. */
export function canCancel({ kind, phase }: Job): boolean {
  return kind === "backup" || (phase !== "swapping" && phase !== "settling");
}
