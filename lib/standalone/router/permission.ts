/**
 * Who may publish and subscribe where, as a table. A token of a rule that
 * names somebody has to be there literally: a pattern with a wildcard in its
 * place would reach subjects of others, and matches no rule.
 *
 * It differs from CoCalc's own in being closed: `hub.project.…`, `acp.…`,
 * `fs-viewer.…`, `fs-share.…` of a project are refused to accounts, which
 * there have rules of their own.
 */

import { ProjectId } from "../../../conat-api/index.js";
import type { Role } from "../../host.js";
import type { Identity } from "./identity.js";
import { isWildcard, type Tokens } from "./subject.js";

export type Action = "pub" | "sub";

/** `{ project_id }`: yes for an owner or collaborator of it. */
export type Access = "yes" | "no" | { project_id: string };

type Rule = readonly [actions: readonly Action[], shape: string];

const both = ["pub", "sub"] as const;

/**
 * `{self}`: the caller's id; `{project}`: any project's; `{service}`: a name
 * that has no meaning of its own; `+`: one or more tokens; `…`: any or none.
 */
const table: Record<"account" | "project", readonly Rule[]> = {
  account: [
    [["pub"], "_INBOX.+"],
    [["sub"], "_INBOX.account-{self}.+"],
    [["sub"], "public.+"],
    [["pub"], "hub.account.{self}.+"],
    [both, "account.{self}.+"],
    [both, "{service}.account-{self}.…"],
    [both, "project.{project}.+"],
    [both, "{service}.project-{project}.…"],
  ],
  project: [
    [["pub"], "_INBOX.+"],
    [["sub"], "_INBOX.project-{self}.+"],
    [["sub"], "public.+"],
    [["pub"], "hub.project.{self}.+"],
    [both, "project.{self}.+"],
    [both, "{service}.project-{self}.…"],
  ],
};

/** First tokens that are no service's name. */
const reserved =
  /^(_INBOX|account|acp|file-server.*|fs-share|fs-viewer|host|hub|project|project-host.*|public|sys)$/;

export function accessOf(
  identity: Identity,
  action: Action,
  subject: Tokens,
): Access {
  if ("hub_id" in identity) return "yes";
  const [rules, self] =
    "account_id" in identity
      ? [table.account, identity.account_id]
      : [table.project, identity.project_id];
  for (const [actions, shape] of rules) {
    const access = actions.includes(action) && fits(shape, subject, self);
    if (access) return access;
  }
  return "no";
}

/** Asks for the role each time: who was removed is out at once. */
export async function isAllowed(
  identity: Identity,
  access: Access,
  role: (project_id: string, account_id: string) => Promise<Role | undefined>,
): Promise<boolean> {
  if (typeof access === "string") return access === "yes";
  if (!("account_id" in identity)) return false;
  const held = await role(access.project_id, identity.account_id);
  return held === "owner" || held === "collaborator";
}

/** Each shape has an open end, so the subject may be longer. */
function fits(shape: string, subject: Tokens, self: string): Access | false {
  let project_id: string | undefined;
  for (const [index, part] of shape.split(".").entries()) {
    if (part === "…") break;
    const token = subject[index];
    if (token === undefined) return false;
    if (part === "+") break;
    if (part === "{service}") {
      if (isWildcard(token) || reserved.test(token)) return false;
    } else if (part.endsWith("{project}")) {
      project_id = projectOf(token, part.slice(0, -"{project}".length));
      if (project_id === undefined) return false;
    } else if (token !== part.replace("{self}", self)) return false;
  }
  return project_id === undefined ? "yes" : { project_id };
}

function projectOf(token: string, prefix: string): string | undefined {
  const id = token.slice(prefix.length);
  const is = token.startsWith(prefix) && ProjectId.safeParse(id).success;
  return is ? id : undefined;
}
