/** Which host prunes and checks a repository: rustic has no locks. */

import { BackupError } from "../../conat-api/index.js";
import type { Tools } from "./task.js";

type Needs = Pick<Tools, "config" | "host">;

/** undefined: nobody does. */
export async function maintainerOf(
  repository_id: string,
  { config, host }: Needs,
): Promise<string | undefined> {
  const { maintainer } = config.maintenance;
  return maintainer ?? (await host.maintainer?.(repository_id));
}

export async function isMaintainer(
  repository_id: string,
  tools: Needs,
): Promise<boolean> {
  return (await maintainerOf(repository_id, tools)) === tools.host.host_id;
}

/** @throws BackupError PERMISSION_DENIED */
export async function requireMaintainer(
  repository_id: string,
  tools: Needs,
): Promise<void> {
  const maintainer = await maintainerOf(repository_id, tools);
  if (maintainer === tools.host.host_id) return;
  throw maintainer === undefined
    ? new BackupError(
        "PERMISSION_DENIED",
        "No host is named that prunes and checks this repository.",
        { hint: "Name one: maintenance.maintainer in its configuration." },
      )
    : new BackupError(
        "PERMISSION_DENIED",
        `Host ${maintainer} prunes and checks this repository, and no other may.`,
        { hint: "Ask there." },
      );
}
