/** I3 and I6 of rows: all end, none is lost, no restore begins by itself. */

import { isTerminal } from "../../../conat-api/index.js";
import type { Invariant } from "./ground.js";

export const rows: readonly Invariant[] = [
  {
    id: "I3",
    sentence: "No job is pending or running for ever.",
    check: (ground) =>
      ground.rows
        .filter(({ state }) => !isTerminal(state))
        .map(({ job_id, state, phase }) => `Job ${job_id}: ${state} ${phase}.`),
  },
  {
    id: "I3",
    sentence: "A job that was acknowledged has a row.",
    check: ({ facts, rows: all }) =>
      facts.acknowledged
        .filter((id) => !all.some(({ job_id }) => job_id === id))
        .map((id) => `Job ${id}.`),
  },
  {
    id: "I6",
    sentence: "No restore runs twice.",
    check: ({ state }) =>
      Object.entries(state.restoreRuns)
        .filter(([, hosts]) => hosts.length > 1)
        .map(([job_id, hosts]) => `Job ${job_id}: ${hosts.length} times.`),
  },
  {
    id: "I3",
    sentence: "Work on a repository is planned anew, not retried.",
    check: (ground) =>
      ground.rows
        .filter(
          ({ project_id, retry_of }) =>
            project_id === null && retry_of !== null,
        )
        .map(({ job_id }) => `Job ${job_id}.`),
  },
  {
    id: "I6",
    sentence: "No restore is retried.",
    check: (ground) =>
      ground.rows
        .filter(({ kind, retry_of }) => kind === "restore" && retry_of !== null)
        .map(({ job_id }) => `Job ${job_id}.`),
  },
];
