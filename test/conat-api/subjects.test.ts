import { randomUUID } from "node:crypto";
import {
  accountPattern,
  accountSubject,
  callerOfSubject,
  hubSubject,
  projectPattern,
  projectSubject,
} from "../../conat-api/index.js";
import { matchesSubject } from "../support/conat-bus.js";

const host_id = randomUUID();
const account_id = "aaaaaaaa-0000-4000-8000-00000000000a";
const project_id = "bbbbbbbb-0000-4000-8000-00000000000b";
const hub = `project-host.${host_id}.project-backups`;
const account = `services.account-${account_id}._.${project_id}._.project-backups`;
const project = `project.${project_id}.project-backups.-`;

test("the three subjects are those that CoCalc's router has rules for", () => {
  expect(hubSubject(host_id)).toBe(hub);
  expect(accountSubject(account_id, project_id)).toBe(account);
  expect(projectSubject(project_id)).toBe(project);
});

test("each subject names its caller and no more than that", () => {
  expect(callerOfSubject(hub, host_id)).toEqual({ type: "hub" });
  expect(callerOfSubject(account, host_id)).toEqual({
    type: "account",
    account_id,
    project_id,
  });
  expect(callerOfSubject(project, host_id)).toEqual({
    type: "project",
    project_id,
  });
});

test("the host's patterns match their subject and not each other's", () => {
  expect(matchesSubject(accountPattern, account)).toBe(true);
  expect(matchesSubject(projectPattern, project)).toBe(true);
  expect(matchesSubject(accountPattern, project)).toBe(false);
  expect(matchesSubject(projectPattern, account)).toBe(false);
});

const upper = (id: string) => id.toUpperCase();

test.each([
  ["the hub's subject of another host", hub.replace(host_id, randomUUID())],
  ["the hub's subject with an upper-case id", hub.replace(host_id, upper)],
  ["the hub's subject with a token more", `${hub}.-`],
  ["the hub's subject with a token less", `project-host.${host_id}`],
  ["the hub's subject for all hosts", "project-host.*.project-backups"],
  ["another service of the host", `project-host.${host_id}.file-server`],
  ["a project's subject with a token more", `${project}.x`],
  ["a project's subject with an empty last token", `${project}.`],
  ["a project's subject without its end", project.slice(0, -2)],
  ["a project's subject that ends in a path", project.replace(/-$/, "path")],
  ["a project's subject for all projects", projectPattern],
  ["a project's subject for the rest", `project.${project_id}.>`],
  ["a project's upper-case id", project.replace(project_id, upper)],
  ["a project's id of too few digits", project.replace(project_id, "bbbb")],
  ["another service of the project", `project.${project_id}.touch.-`],
  [
    "a service whose name only begins like ours",
    `project.${project_id}.project-backups-events.-`,
  ],
  ["an account's subject with a token more", `${account}.x`],
  ["an account's subject with a token less", account.replace("._.", ".")],
  ["an account's subject for all", accountPattern],
  ["an account's upper-case id", account.replace(account_id, upper)],
  ["a project's upper-case id there", account.replace(project_id, upper)],
  ["a wildcard for the account", account.replace(account_id, "*")],
  ["a wildcard for the project there", account.replace(project_id, "*")],
  ["an account without its prefix", account.replace("account-", "")],
  ["a hub in the account's place", account.replace("account-", "hub-")],
  ["a project in the account's place", account.replace("account-", "project-")],
  [
    "the account's prefix twice",
    account.replace("account-", "account-account-"),
  ],
  ["a browser's own service", account.replace("._.", ".browser.")],
  ["a path of the project", account.replace("._.project-", ".path.project-")],
  ["another service", account.replace(/project-backups$/, "syncdoc")],
  ["no subject", ""],
  ["dots", "....."],
  ["an inbox", `_INBOX.account-${account_id}.x`],
  ["a line break at the end", `${hub}\n`],
  [
    "a line break in the project's id",
    project.replace(project_id, `${project_id}\n`),
  ],
])("%s proves no caller", (_what, subject) => {
  expect(subject).not.toBe(hub);
  expect(callerOfSubject(subject, host_id)).toBeUndefined();
});

test.each(["*", ">", "a.b", "", "host id", "x".repeat(65)])(
  "no subject is made of the host id %p",
  (id) => {
    expect(() => hubSubject(id)).toThrow("letters, digits");
  },
);

test("no subject is made of a malformed project or account", () => {
  for (const id of ["*", `${project_id}.x`, upper(project_id), ""]) {
    expect(() => projectSubject(id)).toThrow("UUID");
    expect(() => accountSubject(account_id, id)).toThrow("UUID");
    expect(() => accountSubject(id, project_id)).toThrow("UUID");
  }
});
