import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type MethodName, methodNames } from "../../conat-api/index.js";
import { createRefresher } from "../../lib/jobs/refresh.js";
import { openCalendar } from "../../lib/jobs/schedule/index.js";
import { createCounter } from "../../lib/jobs/unprotected.js";
import { identifyProcess } from "../../lib/process-identity.js";
import { createImpl, registerServices } from "../../lib/service/conat.js";
import { createHandlers } from "../../lib/service/handlers.js";
import {
  refusal,
  type ServedEngine,
  serveTestEngine,
} from "../support/callers.js";
import { createConatBus } from "../support/conat-bus.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";
import { someBackup } from "../support/wire-values.js";

let served: ServedEngine;
let project_id: string;
let other: string;

beforeAll(async () => {
  served = await serveTestEngine({ projects: 2, work: false });
  [project_id, other] = served.engine.projects as [string, string];
});
afterAll(() => served.engine.close());

const send = (name: string, ...args: unknown[]) =>
  served.bus.request({ subject: served.hub, name, args });

const inherited = [
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toString",
  "valueOf",
  "toLocaleString",
  "__defineGetter__",
  "__proto__",
];

test("what every object inherits is no method", async () => {
  for (const name of inherited) {
    await expect(send(name, { project_id })).rejects.toThrow("not defined");
  }
});

test("on a plain object Conat would answer some of them", async () => {
  const bus = createConatBus();
  await bus.service("naive", {});
  const request = { subject: "naive", args: [{ project_id }] };
  for (const name of ["constructor", "hasOwnProperty", "valueOf"]) {
    await expect(bus.request({ ...request, name })).resolves.toBeDefined();
  }
});

test("only the contract's methods are there, and nobody can add one", () => {
  const { backups, host } = served.engine;
  const impl = createImpl(host.host_id, backups.handlers, host.logger);
  expect(Reflect.ownKeys(impl)).toEqual(methodNames);
  expect(Object.getPrototypeOf(impl)).toBeNull();
  expect(Reflect.set(impl, "evil", () => 1)).toBe(false);
});

test.each(methodNames)(
  "%s refuses malformed requests and says which field",
  async (name) => {
    for (const input of [
      undefined,
      null,
      "text",
      7,
      [],
      [{ project_id }],
      {},
      { project_id: null },
      { project_id: project_id.toUpperCase() },
      { project_id: `${project_id}/../${other}` },
      { project_id: { $ne: "" } },
      { project_id, sudo: true },
      JSON.parse(`{"project_id":"${project_id}","__proto__":{"a":1}}`),
    ]) {
      const { code, message } = await refusal(send(name, input));
      expect([input, code]).toEqual([input, "INVALID_ARGUMENT"]);
      expect(message).toMatch(/^.{10,200}$/);
    }
  },
);

test("a request without arguments is refused, a second one is not read", async () => {
  expect((await refusal(send("start"))).code).toBe("INVALID_ARGUMENT");
  const reply = await send("status", { project_id }, { project_id: other });
  expect(reply).toMatchObject({ project_id });
});

test("a subject that the pattern lets in but that names no caller is refused", async () => {
  const account_id = randomUUID();
  const id = project_id;
  for (const subject of [
    `services.account-${account_id}.browser.${id}._.project-backups`,
    `services.account-${account_id}._.${id}.path.project-backups`,
    `services.project-${id}._.${id}._.project-backups`,
    `services.account-*._.${id}._.project-backups`,
    `services.account-${account_id}._._._.project-backups`,
    "project.x.project-backups.-",
    `project.${id.toUpperCase()}.project-backups.-`,
  ]) {
    const reply = served.bus.request({
      subject,
      name: "status",
      args: [{ project_id }],
    });
    const { code, message } = await refusal(reply);
    expect(code).toBe("PERMISSION_DENIED");
    expect(message).toContain("proves no caller");
  }
});

test("a project that is not of this host is NOT_FOUND, for the hub too", async () => {
  const unknown = randomUUID();
  const target = { type: "in_place" };
  const backup_id = "0a".repeat(32);
  for (const [name, input] of [
    ["start", {}],
    ["restore", { backup_id, target }],
  ] as const) {
    const reply = send(name, { project_id: unknown, ...input });
    expect((await refusal(reply)).code).toBe("NOT_FOUND");
  }
});

test("a project without files cannot be backed up, and a row is not made", async () => {
  const empty = randomUUID();
  const { engine } = served;
  engine.paths.set(empty, { subvolume: `${engine.root}/projects/${empty}` });
  const refused = await refusal(send("start", { project_id: empty }));
  expect(refused.code).toBe("NOT_FOUND");
  expect(await send("jobs", { project_id: empty })).toMatchObject({ jobs: [] });
  mkdirSync(engine.projectDir(empty));
  expect(await send("start", { project_id: empty })).toHaveProperty("job");
});

test("a job of another project is as unknown as none", async () => {
  const { job } = await served.engine.local("start", { project_id: other });
  for (const name of ["job", "cancel"]) {
    const ask = (job_id: string) => refusal(send(name, { project_id, job_id }));
    const foreign = await ask(job.job_id);
    expect(foreign).toEqual(await ask(randomUUID()));
    expect(foreign.code).toBe("NOT_FOUND");
  }
  const row = served.engine.backups.tools.store.jobs.get(job.job_id);
  expect(row?.state).toBe("pending");
});

test("cancel ends a job of this process itself, it does not wait for a heartbeat", async () => {
  const { tools } = served.engine.backups;
  const { job } = await served.engine.local("start", { project_id: other });
  const { job_id } = job;
  const owner = identifyProcess(process.pid);
  tools.store.jobs.claim({ owner, cap: 1, now: Date.now(), only: job_id });
  const aborted: string[] = [];
  const handlers = createHandlers({
    ...{ tools, wake: () => {} },
    refresher: createRefresher(tools),
    calendar: openCalendar(tools.config.schedule),
    counter: createCounter(tools),
    abort: (id, { code }) => aborted.push(`${id} ${code}`) > 0,
  });
  const request = { project_id: other, job_id };
  const answer = await handlers("cancel", { type: "hub" }, request);
  expect(answer).toMatchObject({ cancelled: true, job: { state: "running" } });
  expect(aborted).toEqual([`${job_id} CANCELLED`]);
  tools.store.jobs.settle(job_id, { state: "cancelled", now: Date.now() });
});

test("an error that nobody foresaw crosses as INTERNAL, its text is logged only", async () => {
  const { engine } = served;
  const { paths } = engine.host.projects;
  for (const thrown of ["a text", new Error(""), undefined, new Error("/x")]) {
    engine.host.projects.paths = () => Promise.reject(thrown);
    const { code, message } = await refusal(send("start", { project_id }));
    expect(code).toBe("INTERNAL");
    expect(message).not.toContain("/x");
  }
  engine.host.projects.paths = paths;
  expect(engine.log.filter((line) => line.startsWith("error"))).toHaveLength(4);
  expect(engine.log.join("\n")).toContain("/x");
});

test("no method answers undefined", async () => {
  const { engine } = served;
  const { job } = await engine.local("start", { project_id });
  const local = { type: "local" } as const;
  const backup_id = "0a".repeat(32);
  const { job_id } = job;
  const repository_id = knownRepositoryId;
  knowBackups(engine, [someBackup({ project_id, backup_id, repository_id })]);
  const needed: Partial<Record<MethodName, object>> = {
    job: { job_id },
    cancel: { job_id },
    restore: { backup_id, target: { type: "in_place" } },
    update: { backup_id, name: "before the exam" },
    forget: { backup_id },
    unforget: { backup_id },
    set_policy: { policy: null },
  };
  for (const name of methodNames) {
    const input = { project_id, ...needed[name] };
    const result = await engine.backups.handlers(name, local, input);
    expect(typeof result).toBe("object");
    expect(result).not.toBeNull();
  }
});

describe("the registration", () => {
  test("serves the three subjects once each and none after the close", async () => {
    const { engine, bus } = await serveTestEngine({ work: false });
    const id = engine.host.host_id;
    expect(bus.served().toSorted()).toEqual([
      `project-host.${id}.project-backups`,
      "project.*.project-backups.-",
      "services.*.*.*.*.project-backups",
    ]);
    await engine.close();
    expect(bus.served()).toEqual([]);
  });

  test("leaves nothing registered when one of the three is refused", async () => {
    const bus = createConatBus();
    await bus.service("project.*.project-backups.-", {});
    const { host, backups } = served.engine;
    const registering = registerServices(
      { ...host, conat: bus },
      backups.handlers,
    );
    await expect(registering).rejects.toThrow("served twice");
    expect(bus.served()).toEqual(["project.*.project-backups.-"]);
  });
});
