/** Every job that was promised has ended, with the truth. */

import { isErrorCode, isTerminal } from "../../../../conat-api/index.js";
import type { JobRow } from "../../../../lib/store/index.js";

export function checkRows(
  rows: readonly JobRow[],
  asked: ReadonlySet<string>,
): string[] {
  const known = new Set(rows.map(({ job_id }) => job_id));
  const lost = [...asked].filter((job_id) => !known.has(job_id));
  return [
    ...lost.map((job_id) => `the promised job ${job_id} has no row`),
    ...rows.flatMap(checkRow),
  ];
}

function checkRow(row: JobRow): string[] {
  const { job_id, state, kind, backup_id, error_code } = row;
  const says = (wrong: string) => `${kind} ${job_id} (${state}) ${wrong}`;
  const wrongs: string[] = [];
  if (!isTerminal(state)) wrongs.push("has not ended");
  else if (state !== "succeeded" && !isErrorCode(error_code)) {
    wrongs.push("has no code");
  } else if (state !== "succeeded" && !row.error_message?.endsWith(".")) {
    wrongs.push(`has no sentence: ${row.error_message}`);
  }
  if (state === "succeeded" && backup_id === null) {
    wrongs.push("names no backup");
  }
  if (state === "cancelled" && row.cancelled_by === null) {
    wrongs.push("was cancelled by nobody");
  }
  if (kind === "restore" && row.retry_of !== null) {
    wrongs.push("started by itself");
  }
  return wrongs.map(says);
}
