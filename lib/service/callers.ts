/** Who calls, and what they may do. */

import {
  BackupError,
  type Input,
  type MethodName,
  methods,
  type SubjectCaller,
} from "../../conat-api/index.js";
import type { Config } from "../config.js";
import type { ProjectHost } from "../host.js";

/** `local`: the command line of the host, as strong as the hub. */
export type Caller = SubjectCaller | { type: "local" };

/** For `requested_by` and `cancelled_by`. */
export function nameOf(caller: Caller): string {
  return caller.type === "account"
    ? `account-${caller.account_id}`
    : caller.type;
}

/**
 * @throws BackupError PERMISSION_DENIED. Nobody without a role learns
 * whether a project exists.
 */
export async function authorize(
  { projects }: Pick<ProjectHost, "projects">,
  caller: Caller,
  method: MethodName,
  project_id: string,
): Promise<"owner" | "collaborator"> {
  const surface = caller.type === "local" ? "hub" : caller.type;
  if (!methods[method].surfaces.includes(surface)) {
    throw denied(`${method} cannot be asked for here.`);
  }
  if (caller.type === "local" || caller.type === "hub") return "owner";
  if (caller.project_id !== project_id) {
    throw denied("The request is for another project than it came through.");
  }
  if (caller.type === "project") return "collaborator";
  const role = await projects.role(project_id, caller.account_id);
  if (role === "collaborator" && methods[method].ownerOnly) {
    throw denied("Only the project's owner can change what is kept, and when.");
  }
  if (role === "owner" || role === "collaborator") return role;
  throw denied(
    role === "viewer"
      ? "Viewers of a project cannot see or use its backups."
      : "You are not a collaborator of this project.",
  );
}

/** @throws BackupError PERMISSION_DENIED */
export function authorizeRestore(
  caller: Caller,
  role: "owner" | "collaborator",
  { target }: Input<"restore">,
  { restore }: Config,
): void {
  const strong = caller.type === "local" || caller.type === "hub";
  if (target.type === "directory" && !strong) {
    throw denied("A directory of the host can only be named by the hub.");
  }
  if (role !== "owner" && !restore.collaborators_in_place) {
    throw denied("Only the project's owner can restore the whole project.");
  }
}

function denied(message: string): BackupError {
  return new BackupError("PERMISSION_DENIED", message);
}
