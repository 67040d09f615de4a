/**
 * A backup that ended without rustic's word (the host died, a reply was
 * lost): whether it is in the repository all the same is seen by its tag.
 */

import type {
  BackupError,
  BackupFacts,
  ErrorCode,
  Job,
  Warning,
} from "../../conat-api/index.js";
import { abortError, hostCloses, within } from "../aborted.js";
import type { Repository } from "../repository/index.js";
import type { TaggedBackup } from "../store/index.js";
import type { Outcome, TaskRun, Tools } from "./task.js";
import { readUnknown } from "./unknown-backups.js";

/** How long a host that closes waits for the repository's answer. */
const lastAnswerMs = 5_000;

/** Whoever cancels waits for the end, and who stalled does not answer. */
const notAsked: readonly ErrorCode[] = [
  "CANCELLED",
  "STALLED",
  "COMMAND_MISSING",
  "REPOSITORY_DAMAGED",
];

/**
 * The reply to rustic's last request may have been lost, or rustic was ended
 * just after it: then the backup is there. What cannot be asked now stays in
 * doubt.
 */
export async function finishedAllTheSame(
  { job, note, signal }: TaskRun,
  repository: Repository,
  error: BackupError,
  { store }: Tools,
): Promise<Outcome> {
  if (!store.jobs.get(job.job_id)?.in_doubt) throw error;
  if (notAsked.includes(error.code)) throw error;
  const ask = (until: AbortSignal) =>
    findFinished(repository, job, { store }, until);
  const asked = error === hostCloses ? within(lastAnswerMs, ask) : ask(signal);
  let found: BackupFacts | undefined;
  try {
    found = await asked;
  } catch (cause) {
    if (cause instanceof NotWhole) throw cause.cause;
    // Somebody cancelled, or the host closes, while it was asked.
    throw error !== hostCloses && signal.aborted ? abortError(signal) : error;
  }
  if (found) return adopted(job, found);
  note({ in_doubt: false });
  throw error;
}

/** Of this backup the repository misses something; not of any other. */
class NotWhole extends Error {}

type Tagged = Pick<Job, "job_id" | "project_id">;

/**
 * Asks the repository. The time of a backup is not looked at: nobody knew
 * the job's id before the job, and a clock may have jumped meanwhile.
 *
 * @throws NotWhole: it is there in part; else why the repository could not be
 * asked.
 */
async function findFinished(
  repository: Repository,
  job: Tagged,
  { store }: Pick<Tools, "store">,
  signal: AbortSignal,
): Promise<BackupFacts | undefined> {
  const { repository_id } = repository;
  const { added } = await readUnknown(repository, { store }, { signal });
  const backup =
    added.find((one) => isOf(one, job)) ??
    store.backups.ofJob({ ...job, repository_id });
  if (!backup) return undefined;
  try {
    await repository.prove(backup.backup_id, { signal });
    return backup;
  } catch (cause) {
    if ((cause as BackupError).code !== "REPOSITORY_DAMAGED") throw cause;
    throw new NotWhole("it is there in part", { cause });
  }
}

function isOf(
  found: Pick<TaggedBackup, "job_id" | "project_id">,
  { job_id, project_id }: Tagged,
): boolean {
  return found.job_id === job_id && found.project_id === project_id;
}

/** The end of a job whose backup was found. */
export function adopted(
  { trigger, requested_by }: Pick<Job, "trigger" | "requested_by">,
  found: BackupFacts,
): Outcome {
  const { repository_id, backup_id, size_bytes, added_bytes, files } = found;
  return {
    ...{ repository_id, backup_id },
    ...(size_bytes === null ? {} : { bytes_processed: size_bytes }),
    ...(added_bytes === null ? {} : { bytes_added: added_bytes }),
    ...(files === null ? {} : { files }),
    warnings: [untold],
    backup: {
      ...{ ...found, trigger, requested_by },
      ...{ warnings_count: 1, warnings: [untold] },
    },
  };
}

const untold: Warning = {
  message:
    "the end of this backup was not seen: what it could not read, if anything, is not known",
};
