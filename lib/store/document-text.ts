/**
 * The text of a project's document. What this version does not understand
 * is told apart, so that nobody replaces it.
 */

import { z } from "zod";
import { BackupId, Instant, Policy } from "../../conat-api/index.js";
import type { AnnotationRow } from "./annotations.js";

const Entry = z.object({
  backup_id: BackupId,
  name: z.string().nullable().default(null),
  note: z.string().nullable().default(null),
  pinned: z.boolean().default(false),
  wanted_by: z.string().nullable().default(null),
  updated_at: Instant.default(0),
  forgotten_at: Instant.nullable().default(null),
  forgotten_by: z
    .enum(["person", "retention", "deletion"])
    .nullable()
    .default(null),
  forgetting_at: Instant.default(0),
});
export type Entry = z.infer<typeof Entry>;

/** A later version may add fields that can be dropped; else it is not 1. */
const Document = z.object({
  version: z.literal(1),
  policy: z.unknown().optional(),
  policy_at: Instant.nullable().default(null),
  backups: z.array(z.unknown()),
});

export interface PolicyText {
  /** As it was found; null: the host's default. */
  policy: string | null;
  policy_at: number;
  policy_unread: 0 | 1;
}

export interface ReadDocument {
  policy: PolicyText | undefined;
  entries: Entry[];
  /** false: there are entries that are not understood. */
  whole: boolean;
}

/** undefined: not one of ours, or of a version that we do not know. */
export function readDocument(text: string): ReadDocument | undefined {
  const document = Document.safeParse(parsed(text)).data;
  if (!document) return undefined;
  const read = document.backups.map((one) => Entry.safeParse(one).data);
  const entries = read.filter((entry) => entry !== undefined);
  const whole = entries.length === read.length;
  return { policy: policyText(document), entries, whole };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function policyText({
  policy,
  policy_at,
}: z.infer<typeof Document>): PolicyText | undefined {
  if (policy_at === null || policy === undefined) return undefined;
  if (policy === null) return { policy, policy_at, policy_unread: 0 };
  const policy_unread = Policy.safeParse(policy).success ? 0 : 1;
  return { policy: JSON.stringify(policy), policy_at, policy_unread };
}

export function documentText(
  { policy, policy_at }: { policy: string | null; policy_at: number | null },
  rows: readonly AnnotationRow[],
): string {
  // Nothing but what an entry has: a row has columns that are of this host.
  const backups = rows.map(({ pinned, ...row }) =>
    Entry.parse({ ...row, pinned: pinned === 1 }),
  );
  return JSON.stringify({
    version: 1,
    policy: policy === null ? null : JSON.parse(policy),
    policy_at,
    backups,
  });
}
