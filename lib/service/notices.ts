/** What an administrator should do, from rows alone. */

import type { Notice } from "../../conat-api/index.js";
import type { RepositoryRow } from "../store/index.js";
import type { Tools } from "../tasks/task.js";

export type NoticeNeeds = Pick<Tools, "store"> & {
  host: Pick<Tools["host"], "clock" | "host_id">;
};

export function noticesOf(
  repository: RepositoryRow | undefined,
  project_id: string,
  needs: NoticeNeeds,
): Notice[] {
  if (!repository) return [];
  const notices: Notice[] = [];
  const { kit_exported_at, damage, maintainer } = repository;
  if (kit_exported_at === null) notices.push(noKit);
  if (damage !== null) notices.push(damaged);
  const isAsked = repository.maintainer_asked_at !== null;
  if (isAsked && maintainer === null) notices.push(noMaintainer);
  const failing = failingOf(repository, project_id, needs);
  if (failing.length > 0) notices.push(maintenanceFails(failing));
  return notices;
}

const noKit: Notice = {
  code: "KIT_NOT_EXPORTED",
  message:
    "The recovery kit was never exported: if this host is lost, nobody can open the backups. Run: project-backups repo kit --to FILE",
};

const damaged: Notice = {
  code: "REPOSITORY_DAMAGED",
  message:
    "The last check of the repository found errors: some backups may not be whole. Run: project-backups repo show",
};

const noMaintainer: Notice = {
  code: "NO_MAINTAINER",
  message:
    "No host is named that prunes and checks the repository: it only grows, and damage would not be seen. Name one: maintenance.maintainer in the configuration.",
};

function maintenanceFails(failing: readonly string[]): Notice {
  return {
    code: "MAINTENANCE_FAILING",
    message: `This fails again and again: ${failing.join(", ")}. Run: project-backups repo show, and look at the host's log.`,
  };
}

const hourMs = 3600 * 1000;
/** It is tried each hour: a night without a network is not told. */
const failsForMs = 48 * hourMs;
/** Of a document the newest change counts, and there is one each day. */
const unwrittenForMs = 12 * hourMs;

/** Of what this host does; others see theirs. */
function failingOf(
  { repository_id, maintainer }: RepositoryRow,
  project_id: string,
  { store: { upkeep }, host }: NoticeNeeds,
): string[] {
  const isOver = (since: number | null, ms: number) =>
    since !== null && host.clock.now() - since > ms;
  const kinds =
    maintainer === host.host_id
      ? (["forget", "prune", "check"] as const)
      : (["forget"] as const);
  const failing: string[] = kinds.filter((kind) =>
    isOver(upkeep.failingSince(repository_id, kind), failsForMs),
  );
  if (isOver(upkeep.unwrittenSince(project_id), unwrittenForMs)) {
    failing.push("saving names and pins");
  }
  return failing;
}
