import { randomUUID } from "node:crypto";
import { join } from "node:path";
import {
  defaultPolicy,
  type MethodName,
  methodNames,
} from "../../conat-api/index.js";
import {
  refusal,
  type ServedEngine,
  serveTestEngine,
} from "../support/callers.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";
import { someBackup } from "../support/wire-values.js";

let served: ServedEngine;
let mine: string;
let other: string;

beforeAll(async () => {
  served = await serveTestEngine({ projects: 2, work: false });
  [mine, other] = served.engine.projects as [string, string];
  const repository_id = knownRepositoryId;
  const backups = [mine, other].map((project_id) =>
    someBackup({ project_id, repository_id, backup_id: idOf(project_id) }),
  );
  knowBackups(served.engine, backups);
});
afterAll(() => served.engine.close());

/** The one backup of a project. */
const idOf = (project_id: string) => project_id.replaceAll("-", "").repeat(2);

type Call = MethodName | "restore to a directory";
const calls: Call[] = [...methodNames, "restore to a directory"];

const policyCalls = "get_policy set_policy preview_policy";
const everyCall = `start list status jobs job cancel restore update forget unforget ${policyCalls}`;

/** Who may do what: everything else is PERMISSION_DENIED. */
const table: [string, (project_id: string) => string, string][] = [
  ["the hub", () => served.hub, `${everyCall} restore-to-a-directory`],
  ["an owner", (id) => served.account(id, "owner"), everyCall],
  [
    "a collaborator",
    (id) => served.account(id, "collaborator"),
    "start list status jobs job cancel get_policy preview_policy",
  ],
  ["a viewer", (id) => served.account(id, "viewer"), ""],
  ["a stranger", (id) => served.account(id), ""],
  ["code in the project", (id) => served.project(id), "start list status"],
];

describe.each(table)("%s", (_who, subjectOf, allowed) => {
  test(`may: ${allowed || "nothing"}`, async () => {
    const subject = subjectOf(mine);
    const done: string[] = [];
    for (const call of calls) {
      const result = await attempt(subject, call, mine);
      expect(["done", "PERMISSION_DENIED"]).toContain(result);
      if (result === "done") done.push(call.replaceAll(" ", "-"));
    }
    expect(done.join(" ")).toBe(allowed);
  });

  test("reaches another project only as the hub", async () => {
    const subject = subjectOf(mine);
    for (const call of calls) {
      const result = await attempt(subject, call, other);
      const expected = subject === served.hub ? "done" : "PERMISSION_DENIED";
      expect([call, result]).toEqual([call, expected]);
    }
  });
});

test("a role in one project gives none in another", async () => {
  const subject = served.account(mine, "owner");
  const there = subject.replace(mine, other);
  for (const call of calls) {
    expect(await attempt(there, call, other)).toBe("PERMISSION_DENIED");
  }
});

test("a role that is taken away ends with the next call", async () => {
  const subject = served.account(mine, "owner");
  expect(await attempt(subject, "start", mine)).toBe("done");
  served.engine.roles.clear();
  expect(await attempt(subject, "start", mine)).toBe("PERMISSION_DENIED");
});

test("a stranger cannot tell a project from none", async () => {
  const asks = (project_id: string) =>
    refusal(served.client(served.account(project_id)).status({ project_id }));
  expect(await asks(randomUUID())).toEqual(await asks(mine));
});

test("collaborators restore in place where the host allows it", async () => {
  const open = await serveTestEngine({
    work: false,
    config: { restore: { collaborators_in_place: true } },
  });
  const project_id = open.engine.projects[0] as string;
  const input = { project_id, backup_id: idOf(project_id) };
  const target = { type: "in_place" } as const;
  const collaborator = open.client(open.account(project_id, "collaborator"));
  const { job } = await collaborator.restore({ ...input, target });
  expect(job).toMatchObject({ kind: "restore", target });
  const viewer = open.client(open.account(project_id, "viewer"));
  const refused = await refusal(viewer.restore({ ...input, target }));
  expect(refused.code).toBe("PERMISSION_DENIED");
  await open.engine.close();
});

test("a row says who asked for it, and who cancelled it", async () => {
  const subject = served.account(other, "collaborator");
  const account = subject.split(".")[1];
  for (const [one, name] of [
    [subject, account],
    [served.project(other), "project"],
    [served.hub, "hub"],
  ] as const) {
    await cancelAll(other);
    const started = await served.client(one).start({ project_id: other });
    expect(started.job.requested_by).toBe(name);
    expect(started.job.trigger).toBe(name === "hub" ? "hub" : "manual");
  }
  await cancelAll(other);
  const { job } = await served.client(subject).start({ project_id: other });
  const cancelled = await served
    .client(subject)
    .cancel({ project_id: other, job_id: job.job_id });
  expect(cancelled.job.cancelled_by).toBe(account);
});

/** "done", or the code of the refusal. */
async function attempt(
  subject: string,
  call: Call,
  project_id: string,
): Promise<string> {
  const { engine, bus } = served;
  await cancelAll(project_id);
  const { job } = await engine.local("start", { project_id });
  const directory = join(engine.root, "restored", randomUUID());
  const backup_id = idOf(project_id);
  const inputs: Record<Call, object> = {
    start: {},
    list: {},
    status: {},
    jobs: {},
    job: { job_id: job.job_id },
    cancel: { job_id: job.job_id },
    restore: { backup_id, target: { type: "in_place" } },
    update: { backup_id, name: "Draft" },
    forget: { backup_id },
    unforget: { backup_id },
    get_policy: {},
    set_policy: { policy: { ...defaultPolicy, enabled: false } },
    preview_policy: {},
    "restore to a directory": {
      backup_id,
      target: { type: "directory", path: directory },
    },
  };
  const name = call === "restore to a directory" ? "restore" : call;
  const args = [{ project_id, ...inputs[call] }];
  const reply = bus.request({ subject, name, args });
  return reply.then(
    (result) => (result === null ? "null" : "done"),
    async () => (await refusal(reply)).code,
  );
}

async function cancelAll(project_id: string): Promise<void> {
  const { engine } = served;
  const input = { project_id, state: "pending" as const };
  const { jobs } = await engine.local("jobs", input);
  for (const { job_id } of jobs) {
    await engine.local("cancel", { project_id, job_id });
  }
}
