/**
 * What the panel knows, and how it changes. Every request draws a ticket when
 * it is sent; an answer older than what is shown is dropped.
 */

import type {
  Backup,
  ErrorCode,
  Job,
  Output,
  Policy,
  PolicyInForce,
  RetentionPreview,
  Status,
} from "../conat-api/index.js";
import type { Sentence } from "./sentence.js";

export type ActionName =
  | "start"
  | "cancel"
  | "restore"
  | "refresh"
  | "older"
  | "forgotten"
  | "pin"
  | "rename"
  | "forget"
  | "takeBack"
  | "policy"
  | "preview"
  | "savePolicy";

export interface Feedback {
  action: ActionName;
  kind: "error" | "note";
  sentence: Sentence;
  /** Of an error. */
  code?: ErrorCode;
}

export interface PanelState {
  status: Status | undefined;
  list: Output<"list"> | undefined;
  /** The newest of all kinds and states. */
  jobs: readonly Job[];
  /** The newest failures. */
  failed: readonly Job[];
  /** How many backups are shown; the list may have one more. */
  shown: number;
  /** Forgotten backups are listed, too. */
  forgotten: boolean;
  /** As it was when somebody last looked at it. */
  policy: PolicyInForce | undefined;
  /** What would become of the backups under `of`. */
  preview: { of: Policy; plan: RetentionPreview } | undefined;
  /** When all of it was read last. */
  readAt: number | undefined;
  /** Why nothing may be shown. */
  denied: Sentence | undefined;
  /** Why the newest read failed. */
  trouble: Sentence | undefined;
  /** What is being asked, and for which job or backup. */
  busy: Partial<Record<ActionName, string>>;
  feedback: Feedback | undefined;
  tickets: { status: number; list: number; jobs: number };
}

export type PanelEvent =
  | { type: "status"; ticket: number; status: Status }
  /** All that was to be read has been. */
  | { type: "complete"; ticket: number; now: number }
  | { type: "list"; ticket: number; list: Output<"list"> }
  | { type: "older"; ticket: number; after: string; list: Output<"list"> }
  | { type: "widened" }
  | { type: "forgotten"; shown: boolean }
  | { type: "backup"; ticket: number; backup: Backup }
  | { type: "policy"; policy: PolicyInForce }
  | { type: "preview"; of: Policy; plan: RetentionPreview }
  | { type: "jobs"; ticket: number; jobs: Job[]; failed: Job[] }
  | { type: "job"; ticket: number; job: Job }
  | { type: "failed"; ticket: number; sentence: Sentence }
  | { type: "denied"; ticket: number; sentence: Sentence }
  | { type: "asked"; action: ActionName; of: string }
  | { type: "answered"; action: ActionName; note?: Sentence | undefined }
  | {
      type: "refused";
      action: ActionName;
      sentence: Sentence;
      code: ErrorCode;
    }
  | { type: "dismissed" };

export const pageSize = 25;

export const initialState: PanelState = {
  status: undefined,
  list: undefined,
  jobs: [],
  failed: [],
  shown: pageSize,
  forgotten: false,
  policy: undefined,
  preview: undefined,
  readAt: undefined,
  denied: undefined,
  trouble: undefined,
  busy: {},
  feedback: undefined,
  tickets: { status: 0, list: 0, jobs: 0 },
};

export function reduce(state: PanelState, event: PanelEvent): PanelState {
  switch (event.type) {
    case "status":
    case "complete":
    case "failed":
    case "denied":
      return event.ticket < state.tickets.status
        ? state
        : reduceRead(state, event);
    case "list":
      return reduceList(state, event.ticket, event.list);
    case "older":
      return reduceOlder(state, event);
    case "widened":
      return { ...state, shown: state.shown + pageSize };
    case "forgotten":
      return { ...state, forgotten: event.shown };
    case "backup":
      return reduceBackup(state, event);
    case "policy":
      // What was tried before may be no longer what would happen.
      return { ...state, policy: event.policy, preview: undefined };
    case "preview":
      return { ...state, preview: { of: event.of, plan: event.plan } };
    case "jobs":
      return reduceJobs(state, event);
    case "job":
      return reduceJob(state, event);
    case "asked":
      return {
        ...state,
        busy: { ...state.busy, [event.action]: event.of },
        feedback: undefined,
      };
    case "answered":
    case "refused":
      return reduceAnswer(state, event);
    case "dismissed":
      return { ...state, feedback: undefined };
  }
}

type Read = Extract<
  PanelEvent,
  { type: "status" | "complete" | "failed" | "denied" }
>;

function reduceRead(state: PanelState, event: Read): PanelState {
  const tickets = { ...state.tickets, status: event.ticket };
  if (event.type === "failed") {
    return { ...state, tickets, trouble: event.sentence };
  }
  if (event.type === "denied") {
    // Nothing of it is for them any more; late lists must not bring it back.
    const all = {
      status: event.ticket,
      list: event.ticket,
      jobs: event.ticket,
    };
    return { ...initialState, tickets: all, denied: event.sentence };
  }
  if (event.type === "status") {
    return { ...state, tickets, status: event.status };
  }
  const { now: readAt } = event;
  return { ...state, readAt, denied: undefined, trouble: undefined };
}

function reduceList(
  state: PanelState,
  ticket: number,
  list: Output<"list">,
): PanelState {
  if (ticket < state.tickets.list) return state;
  return { ...state, list, tickets: { ...state.tickets, list: ticket } };
}

/** A page fits only below the list that it was asked for. */
function reduceOlder(
  state: PanelState,
  { ticket, after, list }: Extract<PanelEvent, { type: "older" }>,
): PanelState {
  if (state.list?.cursor !== after) return state;
  const known = new Set(state.list.backups.map(({ backup_id }) => backup_id));
  const more = list.backups.filter(({ backup_id }) => !known.has(backup_id));
  const backups = [...state.list.backups, ...more];
  return reduceList(state, ticket, { ...list, backups });
}

/** Only where it is listed: a list says itself what belongs to it. */
function reduceBackup(
  state: PanelState,
  { ticket, backup }: Extract<PanelEvent, { type: "backup" }>,
): PanelState {
  if (!state.list) return state;
  const backups = state.list.backups.map((known) =>
    known.backup_id === backup.backup_id ? backup : known,
  );
  return reduceList(state, ticket, { ...state.list, backups });
}

function reduceJobs(
  state: PanelState,
  { ticket, jobs, failed }: Extract<PanelEvent, { type: "jobs" }>,
): PanelState {
  if (ticket < state.tickets.jobs) return state;
  return {
    ...state,
    jobs,
    failed,
    tickets: { ...state.tickets, jobs: ticket },
  };
}

function reduceJob(
  state: PanelState,
  { ticket, job }: Extract<PanelEvent, { type: "job" }>,
): PanelState {
  if (ticket < state.tickets.jobs) return state;
  const others = state.jobs.filter(({ job_id }) => job_id !== job.job_id);
  const jobs = [job, ...others];
  return { ...state, jobs, tickets: { ...state.tickets, jobs: ticket } };
}

function reduceAnswer(
  state: PanelState,
  event: Extract<PanelEvent, { type: "answered" | "refused" }>,
): PanelState {
  const { [event.action]: _done, ...busy } = state.busy;
  const { action } = event;
  if (event.type === "refused") {
    const { sentence, code } = event;
    const feedback = { action, kind: "error", sentence, code } as const;
    return { ...state, busy, feedback };
  }
  const { note } = event;
  return note
    ? { ...state, busy, feedback: { action, kind: "note", sentence: note } }
    : { ...state, busy };
}

export type View = "loading" | "denied" | "unreachable" | "ready";

export function viewOf({ denied, trouble, status, list }: PanelState): View {
  if (denied !== undefined) return "denied";
  if (status && list) return "ready";
  return trouble === undefined ? "loading" : "unreachable";
}

/** Older ones than are shown. */
export function hasOlder({ list, shown }: PanelState): boolean {
  if (!list) return false;
  return list.backups.length > shown || list.cursor !== null;
}

/** Those to be shown; forgotten ones only to who wants to see them. */
export function shownBackups({ list, shown, forgotten }: PanelState): Backup[] {
  const wanted = list?.backups.filter(
    ({ forgotten_at }) => forgotten || forgotten_at === null,
  );
  return wanted?.slice(0, shown) ?? [];
}
