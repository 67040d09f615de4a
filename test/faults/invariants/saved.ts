/** Pins, names and policies outlive the job file once they were written. */

import type { Saved } from "../scenario/facts.js";
import { type Annotation, annotationsOf } from "./annotations.js";
import type { Ground, Invariant } from "./ground.js";

interface Policed {
  project_id: string;
  policy: string | null;
}

export const saved: readonly Invariant[] = [
  {
    id: "saved",
    sentence:
      "What was written to a document is there after the rows were lost.",
    check: (ground) => {
      const annotations = annotationsOf(ground.session);
      return Object.entries(ground.facts.saved).flatMap(([id, was]) =>
        id in ground.facts.deleted
          ? []
          : [...lost(ground, was, annotations), ...policyLost(ground, id, was)],
      );
    },
  },
  {
    id: "saved",
    sentence: "A policy is the one that was set.",
    check: ({ session, facts }) =>
      Object.entries(facts.policies)
        .filter(([id]) => !(id in facts.deleted))
        .filter(([id, set]) => policyOf(session, id) !== textOf(set))
        .map(([id]) => `${id}.`),
  },
];

function lost(
  { stored }: Ground,
  { backups }: Saved,
  annotations: readonly Annotation[],
): string[] {
  return backups
    .filter(({ backup_id }) =>
      stored.some((one) => one.backup_id === backup_id),
    )
    .filter(({ backup_id, pinned, name }) => {
      const now = annotations.find((one) => one.backup_id === backup_id);
      return now?.pinned !== pinned || now.name !== name;
    })
    .map(({ backup_id }) => `${backup_id}.`);
}

function policyLost(
  { session }: Ground,
  project_id: string,
  { policy }: Saved,
): string[] {
  const now = policyOf(session, project_id);
  return now === policy ? [] : [`${project_id}: ${now}, not ${policy}.`];
}

function policyOf(
  { select }: Ground["session"],
  project_id: string,
): string | null {
  const rows = select<Policed>("SELECT project_id, policy FROM projects");
  return rows.find((row) => row.project_id === project_id)?.policy ?? null;
}

function textOf(policy: object | null): string | null {
  return policy && JSON.stringify(policy);
}
