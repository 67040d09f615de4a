import type { Role } from "../../../lib/host.js";
import type { Identity } from "../../../lib/standalone/router/identity.js";
import {
  accessOf,
  type Action,
  isAllowed,
} from "../../../lib/standalone/router/permission.js";
import { ids } from "../../support/router-server.js";

const { alice, bob, project, other, host } = ids;
const hub: Identity = { hub_id: "system" };
const account: Identity = { account_id: alice };
const container: Identity = { project_id: project };

/** "pub", "sub", "pub sub" or "": what this identity may do there. */
async function rights(
  identity: Identity,
  subject: string,
  role?: Role,
): Promise<string> {
  const allowed: Action[] = [];
  for (const action of ["pub", "sub"] as const) {
    const access = accessOf(identity, action, subject.split("."));
    const asked = (project_id: string, account_id: string) =>
      Promise.resolve(
        project_id === project && account_id === alice ? role : undefined,
      );
    if (await isAllowed(identity, access, asked)) allowed.push(action);
  }
  return allowed.join(" ");
}

describe("an account", () => {
  test.each([
    [`services.account-${alice}._.${project}._.project-backups`, "pub sub"],
    [`services.account-${alice}.>`, "pub sub"],
    [`account.${alice}.anything`, "pub sub"],
    [`hub.account.${alice}.api`, "pub"],
    [`_INBOX.account-${alice}.ABC.*`, "pub sub"],
    [`_INBOX.account-${bob}.ABC.DEF`, "pub"],
    [`_INBOX.project-${project}.ABC.DEF`, "pub"],
    ["public.news", "sub"],
    ["public.>", "sub"],
  ])("may there, without any role: %s: %s", async (subject, expected) => {
    expect(await rights(account, subject)).toBe(expected);
  });

  test.each([
    `services.account-${bob}._.${project}._.project-backups`,
    `account.${bob}.anything`,
    `hub.account.${bob}.api`,
    `hub.account-${alice}.api`,
    `hub.project.${project}.api`,
    `file-server.${project}`,
    "file-server.api",
    `file-server.account-${alice}`,
    `file-server.project-${project}`,
    `project-host.${host}.project-backups`,
    `project-host.account-${alice}.x`,
    `project-hosts.account-${alice}`,
    `host.${host}.x`,
    `acp.project-${project}.account-${bob}.x`,
    `fs-viewer.project-${project}.account-${bob}`,
    `fs-share.project-${project}.share-1.account-${bob}`,
    `sys.account-${alice}`,
    "sys.conat.x",
    "x",
    `services.account-${alice}x.y`,
    `services.account-${alice.toUpperCase()}0.y`,
    `project.${project.slice(1)}.x`,
    `project.${other}.x`,
    `services.project-${other}.x`,
  ])("has no right, as an owner of a project either: %s", async (subject) => {
    expect(await rights(account, subject, "owner")).toBe("");
  });

  test.each([
    `project.${project}.project-backups.-`,
    `project.${project}.project-backups-events.-`,
    `project.${project}.>`,
    `project.${project}.*.-`,
    `services.project-${project}.x`,
    `persist.project-${project}`,
  ])("has the rights of its role in a project: %s", async (subject) => {
    expect(await rights(account, subject, "owner")).toBe("pub sub");
    expect(await rights(account, subject, "collaborator")).toBe("pub sub");
    expect(await rights(account, subject, "viewer")).toBe("");
    expect(await rights(account, subject)).toBe("");
  });
});

describe("a pattern with a wildcard", () => {
  const tricks = [
    ">",
    "*",
    "*.*",
    "*.>",
    "_INBOX.>",
    "_INBOX.*",
    "_INBOX.*.*.*",
    `_INBOX.*.ABC`,
    `*.account-${alice}.>`,
    `*.account-${alice}`,
    `*.project-${project}`,
    `*.project-${project}.>`,
    `*.${project}.>`,
    "project.*",
    "project.>",
    "project.*.project-backups.-",
    "project.*.project-backups-events.-",
    "services.>",
    "services.*.*.*.*.project-backups",
    `services.*.*.${project}.*.project-backups`,
    "services.account-*.x",
    "services.project-*.x",
    "account.*.x",
    "account.>",
    "hub.>",
    "hub.account.*.api",
    "hub.*.*.api",
    `hub.account.${alice}.>`,
    `hub.project.${project}.>`,
    `hub.*.${project}.api`,
    "file-server.*",
    "file-server*.x",
    "project-host.>",
  ];
  test.each(tricks)("reaches nobody else's messages: %s", async (pattern) => {
    const subscriptions = async (identity: Identity) =>
      (await rights(identity, pattern, "owner")).includes("sub");
    expect(await subscriptions(account)).toBe(false);
    expect(await subscriptions(container)).toBe(false);
    expect(await subscriptions(hub)).toBe(true);
  });
});

describe("a project", () => {
  test.each([
    [`project.${project}.project-backups.-`, "pub sub"],
    [`services.project-${project}.x`, "pub sub"],
    [`hub.project.${project}.api`, "pub"],
    [`_INBOX.project-${project}.ABC.*`, "pub sub"],
    [`_INBOX.account-${alice}.ABC.DEF`, "pub"],
    ["public.news", "sub"],
    [`project.${other}.project-backups.-`, ""],
    [`services.project-${other}.x`, ""],
    [`services.account-${alice}._.${project}._.project-backups`, ""],
    [`hub.account.${alice}.api`, ""],
    [`hub.project.${other}.api`, ""],
    [`file-server.${project}`, ""],
    [`project-host.${host}.project-backups`, ""],
    [`acp.project-${project}.x`, ""],
    [`account.${project}.x`, ""],
    [`_INBOX.account-${project}.x`, "pub"],
  ])("may there: %s: %s", async (subject, expected) => {
    expect(await rights(container, subject)).toBe(expected);
  });
});

test.each([
  ">",
  `project-host.${host}.project-backups`,
  "file-server.api",
  `_INBOX.account-${alice}.ABC.*`,
])("a hub may do everything: %s", async (subject) => {
  expect(await rights(hub, subject)).toBe("pub sub");
});
