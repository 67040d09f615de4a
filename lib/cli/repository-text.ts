/** A repository, and work on it, in words; pure. */

import { isTerminal, type RepositoryJob } from "../../conat-api/index.js";
import type { RepositoryRow } from "../store/index.js";
import { formatBytes, formatTime, printable } from "./format.js";

export interface ShownRepository extends Omit<
  RepositoryRow,
  "figures" | "damage"
> {
  figures: object | null;
  damage: readonly string[];
  unproven: number;
  maintainer: string | null;
  jobs: readonly RepositoryJob[];
}

export function repositoryText(one: ShownRepository): string {
  const lines = [
    `${one.name}: ${one.location}`,
    `  id ${one.repository_id}`,
    `  list read ${formatTime(one.read_at)}, kit exported ${formatTime(one.kit_exported_at)}`,
    `  holds ${holdings(one)}`,
    `  pruned ${formatTime(one.pruned_at)}, checked ${formatTime(one.checked_at)}, data read ${formatTime(one.data_checked_at)}`,
    one.maintainer === null
      ? "  no host prunes and checks it: name one, maintenance.maintainer"
      : `  host ${one.maintainer} prunes and checks it`,
  ];
  for (const { kind, state, job_id } of one.jobs) {
    if (!isTerminal(state)) lines.push(`  ${kind} is ${state}: job ${job_id}`);
  }
  if (one.unproven > 0) {
    lines.push(`  ${one.unproven} backups wait for the next prune's proof`);
  }
  for (const finding of one.damage) {
    lines.push(`  damaged: ${printable(finding)}`);
  }
  return lines.join("\n");
}

function holdings({ figures, figures_at }: ShownRepository): string {
  if (!figures) return "not counted yet";
  const { backups, index_files, packs, size_bytes } = figures as Record<
    string,
    number
  >;
  return `${backups} backups, ${formatBytes(size_bytes ?? null)} in ${packs} packs, ${index_files} index files (${formatTime(figures_at)})`;
}

/** The end of a job on a repository. */
export function endText(
  { kind, state, figures, error_message, error_code }: RepositoryJob,
  findings: readonly string[],
): string {
  if (state !== "succeeded") {
    const found = findings.map((text) => `  ${printable(text)}`);
    const verb = state === "failed" ? "failed" : "was cancelled";
    return [
      `The ${kind} ${verb}: ${error_message} [${error_code}]`,
      ...found,
    ].join("\n");
  }
  const { packs_marked = 0, bytes_marked = 0 } = figures ?? {};
  const { packs_removed = 0, bytes_removed = 0 } = figures ?? {};
  return kind === "prune"
    ? `Pruned: ${packs_removed} packs removed (${formatBytes(bytes_removed)}), ${packs_marked} marked for a later prune (${formatBytes(bytes_marked)}).`
    : "Checked: no errors found.";
}
