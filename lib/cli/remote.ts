/** A running host, asked over Conat. */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  accountSubject,
  BackupError,
  createClient,
  hubSubject,
  type Job,
  type MethodName,
  type ProjectBackupsApi,
} from "../../conat-api/index.js";
import { connect, type WireClient } from "../../conat-api/wire/index.js";
import { Session, SessionRefusal } from "../../conat-api/wire/session.js";
import type { Service } from "./service.js";

export interface RemoteOptions {
  url: string;
  tokenFile?: string | undefined;
}

const refreshLookMs = 250;
/** The host answers from rows: longer, and it is away. */
const answersWithinMs = 10_000;

/**
 * @throws BackupError INVALID_ARGUMENT, PERMISSION_DENIED when the token is
 * not known there, INTERRUPTED when nothing answers.
 */
export async function remoteService(options: RemoteOptions): Promise<Service> {
  const url = parseUrl(options.url);
  const token = readToken(options.tokenFile);
  const session = await readSession(url, token);
  const client = connect({ address: url, auth: { bearer: token } });
  try {
    await client.signedIn();
  } catch (cause) {
    client.close();
    throw unreachable(url, cause);
  }
  return serviceOver(client, session);
}

function serviceOver(client: WireClient, session: Session): Service {
  const apis = new Map<string, ProjectBackupsApi>();
  const apiOf = (project_id: string): ProjectBackupsApi => {
    const known = apis.get(project_id);
    if (known) return known;
    const subject = session.hub
      ? hubSubject(session.host_id)
      : accountSubject(session.account_id, project_id);
    const api = createClient({ client, subject, timeoutMs: answersWithinMs });
    apis.set(project_id, api);
    return api;
  };
  const call: Service["call"] = (method, input) =>
    (apiOf(input.project_id)[method] as CallOf<typeof method>)(input);
  const visible = session.projects.filter(({ role }) => role !== "viewer");
  return {
    call,
    async refresh(project_id) {
      let reply = await call("list", { project_id, refresh: true });
      while (reply.refreshing) {
        await sleep(refreshLookMs);
        reply = await call("list", { project_id });
      }
      if (reply.read_error) throw unread(reply.read_error);
    },
    async jobs(limit) {
      const answers = visible.map(({ project_id }) =>
        call("jobs", { project_id, limit }),
      );
      const all = (await Promise.all(answers)).flatMap(({ jobs }) => jobs);
      return all
        .toSorted((one, other) => other.created_at - one.created_at)
        .slice(0, limit);
    },
    findJob: (job_id) => findJob(visible, call, job_id),
    cancel({ job_id, project_id = "" }) {
      return call("cancel", { project_id, job_id });
    },
    run() {
      // The host works by itself.
    },
    close: client.close,
  };
}

type CallOf<M extends MethodName> = (
  input: unknown,
) => ReturnType<ProjectBackupsApi[M]>;

/** The contract asks for a job by its project, too. */
async function findJob(
  projects: Session["projects"],
  call: Service["call"],
  job_id: string,
): Promise<Job | undefined> {
  for (const { project_id } of projects) {
    try {
      return (await call("job", { project_id, job_id })).job;
    } catch (error) {
      if ((error as BackupError).code !== "NOT_FOUND") throw error;
    }
  }
  return undefined;
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new BackupError(
    "INVALID_ARGUMENT",
    `--url: ${text} is not an http or https URL.`,
  );
}

function readToken(path: string | undefined): string {
  if (path === undefined) {
    throw new BackupError("INVALID_ARGUMENT", "No token is named.", {
      hint: "With --url, say --token-file FILE: project-backups account add makes one.",
    });
  }
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new BackupError("NOT_FOUND", `${path} cannot be read.`, { cause });
  }
}

async function readSession(url: string, token: string): Promise<Session> {
  let answer: Response;
  try {
    answer = await fetch(`${url}/session`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(answersWithinMs),
    });
  } catch (cause) {
    throw unreachable(url, cause);
  }
  const body: unknown = await answer.json().catch(() => undefined);
  const session = Session.safeParse(body);
  if (answer.ok && session.success) return session.data;
  const refusal = SessionRefusal.safeParse(body);
  if (answer.status === 401) {
    throw new BackupError(
      "PERMISSION_DENIED",
      "The host does not know this token.",
      { hint: "Was its account removed?" },
    );
  }
  throw new BackupError(
    "INVALID_ARGUMENT",
    refusal.success ? refusal.data.error : `${url} is not such a host.`,
  );
}

function unread(message: string): BackupError {
  return new BackupError("REPOSITORY_UNREACHABLE", message);
}

function unreachable(url: string, cause: unknown): BackupError {
  return new BackupError("INTERRUPTED", `Nothing answers at ${url}.`, {
    hint: "Is the host running?",
    cause,
  });
}
