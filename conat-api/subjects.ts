/**
 * The three subjects. The router lets only those publish that a subject
 * names, so the subject is the one proof of who calls.
 */

import { AccountId, HostId, ProjectId } from "./ids.js";

const service = "project-backups";

/** The hub (and nobody else) can publish here. */
export const hubSubject = (host_id: string): string =>
  `project-host.${HostId.parse(host_id)}.${service}`;

/** A person; the router vouches for the account, the host checks the role. */
export const accountSubject = (account_id: string, project_id: string) =>
  `services.account-${AccountId.parse(account_id)}._.${ProjectId.parse(project_id)}._.${service}`;

/** Anyone in the project, code in its container included. */
export const projectSubject = (project_id: string): string =>
  `project.${ProjectId.parse(project_id)}.${service}.-`;

/** Job rows as they change; whoever may publish in the project can forge one. */
export const eventsSubject = (project_id: string): string =>
  `project.${ProjectId.parse(project_id)}.${service}-events.-`;

/** What the host registers. */
export const accountPattern = `services.*.*.*.*.${service}`;
export const projectPattern = `project.*.${service}.-`;

export type SubjectCaller =
  | { type: "account"; account_id: string; project_id: string }
  | { type: "project"; project_id: string }
  | { type: "hub" };

/** Who may have published on `subject`; undefined: nobody we know. */
export function callerOfSubject(
  subject: string,
  host_id: string,
): SubjectCaller | undefined {
  if (subject === hubSubject(host_id)) return { type: "hub" };
  const tokens = subject.split(".");
  if (tokens[0] === "project") return projectCaller(tokens);
  if (tokens[0] === "services") return accountCaller(tokens);
  return undefined;
}

function projectCaller(tokens: string[]): SubjectCaller | undefined {
  const [, project_id, name, last] = tokens;
  if (tokens.length !== 4 || name !== service || last !== "-") return undefined;
  return ProjectId.safeParse(project_id).success
    ? { type: "project", project_id: project_id as string }
    : undefined;
}

function accountCaller(tokens: string[]): SubjectCaller | undefined {
  const [, who = "", browser, project_id, path, name] = tokens;
  if (tokens.length !== 6 || name !== service) return undefined;
  if (browser !== "_" || path !== "_" || !who.startsWith("account-")) {
    return undefined;
  }
  const account_id = who.slice("account-".length);
  const known =
    AccountId.safeParse(account_id).success &&
    ProjectId.safeParse(project_id).success;
  return known
    ? { type: "account", account_id, project_id: project_id as string }
    : undefined;
}
