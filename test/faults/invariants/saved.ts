/** Pins, names and policies outlive the job file once they were written. */

import type { Saved } from "../scenario/facts.js";
import { type Annotation, annotationsOf } from "./annotations.js";
import { documentsIn, type Ground, type Invariant } from "./ground.js";

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
    sentence: "What the rows say is written is in a document.",
    check: (ground) =>
      writtenOf(ground).flatMap((row) => unwritten(ground, row)),
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

function writtenOf({ session, facts }: Ground): Policed[] {
  return session
    .select<Policed>(
      `SELECT project_id, policy FROM projects
       WHERE written_at >= annotated_at`,
    )
    .filter(({ project_id }) => !(project_id in facts.deleted));
}

interface Document {
  policy: object | null;
  backups: { backup_id: string; pinned?: boolean; name?: string | null }[];
}

function unwritten(ground: Ground, { project_id, policy }: Policed): string[] {
  const texts = documentsOf(ground, project_id);
  const documents = texts.map((text) => JSON.parse(text) as Document);
  const entries = documents.flatMap(({ backups }) => backups);
  const isWritten = ({ backup_id, pinned, name }: Annotation) =>
    entries.some(
      (one) =>
        one.backup_id === backup_id &&
        (one.pinned ?? false) === (pinned === 1) &&
        (one.name ?? null) === name,
    );
  const isSame = (one: Document) => textOf(one.policy) === policy;
  return [
    ...(documents.some(isSame) ? [] : [`The policy of ${project_id}.`]),
    ...annotationsOf(ground.session)
      .filter((one) => one.project_id === project_id && isPeoples(one, ground))
      .filter((one) => !isWritten(one))
      .map(({ backup_id }) => `${backup_id}.`),
  ];
}

/** What retention forgot it would forget again; of what is gone nothing is. */
function isPeoples(
  { backup_id, pinned, name }: Annotation,
  { stored }: Ground,
): boolean {
  const isStored = stored.some((one) => one.backup_id === backup_id);
  return isStored && (pinned === 1 || name !== null);
}

function documentsOf(
  { facts, places }: Ground,
  project_id: string,
): readonly string[] {
  if (!facts.hub) return documentsIn(places.repository, project_id);
  const text = facts.hub[project_id];
  return text === undefined ? [] : [text];
}

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
