/** What a standalone host says of whoever signed in there (GET /session). */

import { z } from "zod";
import { AccountId, HostId, ProjectId } from "../ids.js";

export const SessionProject = z.object({
  project_id: ProjectId,
  title: z.string(),
  role: z.enum(["owner", "collaborator", "viewer"]),
});
export type SessionProject = z.infer<typeof SessionProject>;

export const Session = z.object({
  host_id: HostId,
  account_id: AccountId,
  name: z.string(),
  /** Calls on the hub's subject: every method, every project. */
  hub: z.boolean(),
  /** By title. */
  projects: z.array(SessionProject),
});
export type Session = z.infer<typeof Session>;

/** Every refusal over HTTP. */
export const SessionRefusal = z.object({ error: z.string().min(1) });
