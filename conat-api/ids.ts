/** The identifiers of the contract, as zod schemas. */

import { z } from "zod";

/** Lower-case UUID of a CoCalc project, account or host. */
const uuid = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    "must be a lower-case UUID",
  );

export const ProjectId = uuid;
export const AccountId = uuid;
export const JobId = uuid;

/** Full id of a backup in its repository: 64 hex digits. */
export const BackupId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be the full id: 64 hex digits");

/** One token of a Conat subject, so that it can stand inside one. */
export const HostId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, - or _");

/** Epoch milliseconds. */
export const Instant = z.number().int().nonnegative();

export const RepositoryId = z.string().min(1);
