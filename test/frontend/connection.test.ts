import { accountSubject, type Job, JobEvent } from "../../conat-api/index.js";
import { type Connection, openConnection } from "../../frontend/connection.js";
import {
  hasOlder,
  initialState,
  pageSize,
  type PanelState,
} from "../../frontend/model.js";
import type { PanelClient } from "../../frontend/index.js";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  endJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";

const account_id = "a0000000-0000-4000-8000-000000000001";
let project: PanelProject;
let host: PanelHost;
let state: PanelState;
let changes: number;
let open: Connection[];

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
  state = initialState;
  changes = 0;
  open = [];
});
afterEach(() => {
  for (const connection of open) connection.close();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

async function connect(
  getClient: () => Promise<PanelClient> = host.getClient,
): Promise<Connection> {
  const connection = openConnection({
    account_id,
    project_id: project.project_id,
    getClient,
    onChange: (next) => {
      state = next;
      changes += 1;
    },
  });
  open.push(connection);
  await pass(0);
  return connection;
}

const someEvent = (job: Job) => JobEvent.parse(job);

test("every call is made as the person, never as the project", async () => {
  addBackups(project, 12);
  const { actions } = await connect();
  await actions.start();
  await actions.refresh();
  await actions.showOlder();
  await pass(5000);
  const subjects = new Set(host.calls.map(({ subject }) => subject));
  expect([...subjects]).toEqual([
    accountSubject(account_id, project.project_id),
  ]);
});

test("an idle project is asked about once a minute", async () => {
  await connect();
  await pass(1000);
  const before = host.count("status");
  await pass(10 * 60_000);
  expect(host.count("status") - before).toBe(10);
});

test("while a job runs its progress is read every second or two", async () => {
  const job = addJob(project, { state: "running", phase: "reading" });
  await connect();
  job.bytes_done = 3;
  await pass(2000);
  expect(state.status?.current?.bytes_done).toBe(3);
  const lists = host.count("list");
  await pass(20_000);
  expect(host.count("list")).toBe(lists);
});

test("the lists are read again when the job has ended", async () => {
  const job = addJob(project, { state: "running", phase: "reading" });
  await connect();
  addBackups(project, 1);
  endJob(job, { state: "succeeded" });
  await pass(2000);
  expect(state.list?.backups).toHaveLength(1);
});

test("without a subscription polling shows the same", async () => {
  host.failures.set("subscribe", wireError("permission denied", 403));
  await connect();
  addBackups(project, 1);
  await pass(61_000);
  expect(state.list?.backups).toHaveLength(1);
});

test("a client that only calls will do", async () => {
  const { call } = host.client;
  await connect(async () => ({ call }));
  expect(state.list).toBeDefined();
});

test("an event makes it read, at most twice a second", async () => {
  await connect();
  await pass(1000);
  const before = host.count("status");
  const event = someEvent(addJob(project));
  for (let n = 0; n < 100; n += 1) {
    host.publish(project.project_id, event);
    await pass(10);
  }
  const reads = host.count("status") - before;
  expect(reads).toBeGreaterThanOrEqual(2);
  expect(reads).toBeLessThanOrEqual(3);
});

test("nothing of a forged event is believed", async () => {
  addBackups(project, 1);
  await connect();
  await pass(1000);
  const forged = addJob(panelProject(project.project_id), {
    kind: "restore",
    state: "running",
    phase: "swapping",
  });
  host.publish(project.project_id, someEvent(forged));
  await pass(1000);
  expect(state.status?.current).toBeNull();
  expect(JSON.stringify(state)).not.toContain(forged.job_id);
});

test("junk on the events' subject is ignored", async () => {
  await connect();
  await pass(1000);
  const before = host.count("status");
  const other = someEvent(addJob(panelProject()));
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  for (const junk of [null, "x", 1, [], {}, cyclic, { state: "done" }, other]) {
    host.publish(project.project_id, junk);
  }
  await pass(5000);
  expect(host.count("status")).toBe(before);
  // It still listens.
  host.publish(project.project_id, someEvent(addJob(project)));
  await pass(1000);
  expect(host.count("status")).toBe(before + 1);
});

test("an answer that comes late does not undo a newer one", async () => {
  host.holding.add("status");
  const { actions } = await connect();
  host.holding.clear();
  await actions.start();
  host.state.emit("connected");
  await pass(600);
  expect(state.status?.current?.state).toBe("pending");
  for (const call of host.held) call.deliver();
  await pass(10);
  expect(state.status?.current?.state).toBe("pending");
});

test("once closed nothing is left and nothing is told", async () => {
  const { close } = await connect();
  expect([host.subscriptions.size, host.listenerCount]).toEqual([1, 2]);
  host.holding.add("status");
  host.state.emit("connected");
  await pass(600);
  close();
  const before = changes;
  for (const call of host.held) call.deliver();
  await pass(0);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([0, 0]);
  expect(jest.getTimerCount()).toBe(0);
  expect(changes).toBe(before);
});

test("closed while it connects, it leaves nothing behind", async () => {
  const waiting: (() => void)[] = [];
  const { close } = await connect(async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return host.client;
  });
  close();
  for (const resolve of waiting) resolve();
  await pass(0);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([0, 0]);
  expect(jest.getTimerCount()).toBe(0);
});

test("closed while it subscribes, the subscription is closed too", async () => {
  const waiting: (() => void)[] = [];
  const subscribe: PanelClient["subscribe"] = async (subject) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return host.client.subscribe(subject);
  };
  const { close } = await connect(async () => ({ ...host.client, subscribe }));
  close();
  for (const resolve of waiting) resolve();
  await pass(0);
  expect(host.subscriptions.size).toBe(0);
});

test("a subscription that keeps ending is not asked for again and again", async () => {
  let subscribed = 0;
  const subscribe: PanelClient["subscribe"] = async (subject) => {
    subscribed += 1;
    const subscription = await host.client.subscribe(subject);
    subscription.close();
    return subscription;
  };
  await connect(async () => ({ ...host.client, subscribe }));
  await pass(5 * 60_000);
  expect(subscribed).toBeLessThanOrEqual(6);
});

test("a refresh is watched until the repository was read", async () => {
  const { actions } = await connect();
  await actions.refresh();
  expect(state.list?.refreshing).toBe(true);
  project.refreshing = false;
  addBackups(project, 1);
  await pass(3000);
  expect(state.list?.refreshing).toBe(false);
  expect(state.list?.backups).toHaveLength(1);
});

test("pages that were asked for stay when the list is read again", async () => {
  addBackups(project, 2 * pageSize + 5);
  const { actions } = await connect();
  expect([state.shown, hasOlder(state)]).toEqual([pageSize, true]);
  await actions.showOlder();
  await pass(61_000);
  expect(state.shown).toBe(2 * pageSize);
  expect(state.list?.backups.length).toBeGreaterThan(2 * pageSize);
  await actions.showOlder();
  await pass(61_000);
  expect(state.list?.backups).toHaveLength(2 * pageSize + 5);
  expect(hasOlder(state)).toBe(false);
});

test("a second click while the first is answered asks nothing", async () => {
  const { actions } = await connect();
  host.holding.add("start");
  const first = actions.start();
  await expect(actions.start()).resolves.toBe(false);
  await pass(0);
  host.held[0]?.deliver();
  await expect(first).resolves.toBe(true);
  expect(host.count("start")).toBe(1);
});
