/**
 * Reads the status at a gentle pace, and the lists when it says that they
 * changed. A host that does not answer is asked less and less often.
 */

import type { ProjectBackupsApi, Status } from "../conat-api/index.js";
import type { Attachment } from "./attachment.js";
import { panelMessages } from "./messages.js";
import { activeJobs } from "./jobs.js";
import type { PanelState } from "./model.js";
import { createPacer, type Pacer } from "./pacer.js";
import { silence } from "./patience.js";
import { isDenied, type Sentence, sentenceOf } from "./sentence.js";
import type { Store } from "./store.js";

export interface ReaderOptions {
  project_id: string;
  store: Store;
  attachment: Attachment;
}

export interface Reader extends Pacer {
  /** Soon, and the lists too. */
  all(): void;
  /** The client has lost its connection. */
  lost(): void;
}

/** The host sends no more at once. */
const mostRows = 1000;
const slowMs = 60_000;

export function createReader({
  project_id,
  store,
  attachment,
}: ReaderOptions): Reader {
  /** What the lists were read for, and when. */
  let listed: { status: string; at: number } | undefined;
  let failures = 0;

  async function round(): Promise<number> {
    const ticket = store.ticket();
    try {
      const api = await attachment.api();
      const status = await api.status({ project_id });
      const now = Date.now();
      store.apply({ type: "status", ticket, status });
      const seen = signatureOf(status);
      const old = listed === undefined || now - listed.at >= slowMs - 5000;
      if (old || listed?.status !== seen || store.state.list?.refreshing) {
        listed = { status: seen, at: now };
        await readLists(project_id, store, api);
      }
      failures = 0;
      store.apply({ type: "complete", ticket, now });
      attachment.listen();
      return nextReadMs(store.state, now);
    } catch (error) {
      return failed(ticket, error);
    }
  }

  function failed(ticket: number, error: unknown): number {
    const denied = isDenied(error);
    failures += 1;
    distrust(denied ? "denied" : "failed", ticket, sentenceOf(error));
    return denied ? slowMs : Math.min(1000 * 2 ** failures, slowMs);
  }

  function distrust(
    type: "denied" | "failed",
    ticket: number,
    sentence: Sentence,
  ): void {
    attachment.doubt();
    listed = undefined;
    store.apply({ type, ticket, sentence });
  }

  const pacer = createPacer({
    round,
    hung: () => failed(store.ticket(), silence()),
  });
  return {
    ...pacer,
    all() {
      listed = undefined;
      pacer.soon();
    },
    lost() {
      distrust("failed", store.ticket(), { message: panelMessages.lost });
    },
  };
}

/** What is asked for: one more than is shown, is there an older one? */
export function rowsToRead({ shown, forgotten }: PanelState) {
  return { limit: Math.min(shown + 1, mostRows), ...also(forgotten) };
}

/** Hosts that know of no forgetting refuse the word. */
export const also = (forgotten: boolean) =>
  forgotten ? { forgotten } : undefined;

async function readLists(
  project_id: string,
  store: Store,
  api: ProjectBackupsApi,
): Promise<void> {
  const ticket = store.ticket();
  const [list, { jobs }, { jobs: failed }] = await Promise.all([
    api.list({ project_id, ...rowsToRead(store.state) }),
    api.jobs({ project_id, limit: 20 }),
    api.jobs({ project_id, limit: 10, state: "failed" }),
  ]);
  store.apply({ type: "list", ticket, list });
  store.apply({ type: "jobs", ticket, jobs, failed });
}

/** Changes whenever the lists may have. */
function signatureOf(status: Status): string {
  const { current, last_attempt, last_success, last_backup, as_of } = status;
  const jobs = [current, last_attempt, last_success];
  const states = jobs.map((job) => job && [job.job_id, job.state]);
  return JSON.stringify([states, last_backup?.backup_id, as_of]);
}

function nextReadMs(state: PanelState, now: number): number {
  if (state.list?.refreshing) return 2000;
  const [job] = activeJobs(state);
  if (!job) return slowMs;
  if (job.state === "running") return 1500;
  return Math.min(Math.max(job.run_at - now, 2000), slowMs);
}
