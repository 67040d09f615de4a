/** Who is at the other end of a connection. */

import { z } from "zod";
import { AccountId, ProjectId } from "../../../conat-api/index.js";

/** An id stands in subjects, so it is a UUID and no wildcard. */
export const Identity = z.union([
  z.strictObject({ account_id: AccountId }),
  z.strictObject({ project_id: ProjectId }),
  z.strictObject({ hub_id: z.string().min(1) }),
]);

export type Identity = z.infer<typeof Identity>;

/** One key for all connections of an identity. */
export function identityKey(identity: Identity): string {
  if ("account_id" in identity) return `account-${identity.account_id}`;
  if ("project_id" in identity) return `project-${identity.project_id}`;
  return `hub-${identity.hub_id}`;
}

export const isHub = (identity: Identity): boolean => "hub_id" in identity;
