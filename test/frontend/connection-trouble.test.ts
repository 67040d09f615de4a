import { type Connection, openConnection } from "../../frontend/connection.js";
import type { PanelClient } from "../../frontend/index.js";
import { initialState, type PanelState, viewOf } from "../../frontend/model.js";
import { say } from "../../frontend/sentence.js";
import { createIntl } from "react-intl";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";

const account_id = "a0000000-0000-4000-8000-000000000001";
let project: PanelProject;
let host: PanelHost;
let state: PanelState;
let open: Connection[];

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
  state = initialState;
  open = [];
});
afterEach(() => {
  for (const connection of open) connection.close();
  jest.useRealTimers();
});

const intl = createIntl({ locale: "en" });
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const never = () => new Promise<PanelClient>(() => {});
const feedback = () => state.feedback && say(intl, state.feedback.sentence);

async function connect(
  getClient: () => Promise<PanelClient> = host.getClient,
): Promise<Connection> {
  const connection = openConnection({
    account_id,
    project_id: project.project_id,
    getClient,
    onChange: (next) => {
      state = next;
    },
  });
  open.push(connection);
  await pass(0);
  return connection;
}

test("a new connection of the client reads at once, even past a lost answer", async () => {
  await connect();
  await pass(1000);
  host.holding.add("status");
  await pass(60_000);
  expect(host.held).toHaveLength(1);
  host.holding.clear();
  addBackups(project, 1);
  host.state.emit("connected");
  await pass(500);
  expect(state.list?.backups).toHaveLength(1);
});

test("a host that is silent is asked less and less often, then as before", async () => {
  host.failAll(wireError("timeout", 408));
  await connect();
  await pass(30_000);
  expect(host.count("status")).toBe(5);
  const before = host.count("status");
  await pass(10 * 60_000);
  expect(host.count("status") - before).toBeLessThanOrEqual(11);
  host.failures.clear();
  await pass(60_000);
  expect(state.trouble).toBeUndefined();
});

test("a call that never settles is given up", async () => {
  host.holding.add("status");
  await connect();
  await pass(21_000);
  expect(state.trouble).toBeDefined();
  host.holding.clear();
  await pass(3000);
  expect(state.status).toBeDefined();
  expect(state.trouble).toBeUndefined();
});

test("a way to the host that never comes is given up", async () => {
  await connect(() => new Promise(() => {}));
  await pass(21_000);
  expect(state.trouble).toBeDefined();
});

test("a project that moved is followed to its new host", async () => {
  const moved = new PanelHost(project);
  let present = host;
  await connect(() => present.getClient());
  host.failAll(wireError("no subscribers matching 'x'", 503));
  present = moved;
  await pass(65_000);
  expect(state.trouble).toBeUndefined();
  expect(moved.subscriptions.size).toBe(1);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([0, 0]);
});

test("a lost connection is trouble after two seconds, until there is one", async () => {
  await connect();
  host.state.emit("disconnected");
  await pass(1900);
  expect(state.trouble).toBeUndefined();
  await pass(200);
  expect(say(intl, state.trouble ?? "")).toMatch(/connection .* is lost/);
  host.state.emit("connected");
  await pass(1000);
  expect(state.trouble).toBeUndefined();
});

test("a connection that is back at once is no trouble", async () => {
  await connect();
  host.state.emit("disconnected");
  await pass(1500);
  host.state.emit("connected");
  await pass(5000);
  expect(state.trouble).toBeUndefined();
});

test("closed while its connection is lost, it leaves no timer", async () => {
  const { close } = await connect();
  host.state.emit("disconnected");
  close();
  expect(jest.getTimerCount()).toBe(0);
});

test("an answer from before the loss does not end the trouble", async () => {
  addJob(project, { state: "running", phase: "reading" });
  await connect();
  host.holding.add("status");
  await pass(1500);
  expect(host.held).toHaveLength(1);
  host.state.emit("disconnected");
  await pass(2100);
  for (const call of host.held) call.deliver();
  await pass(10);
  expect(state.trouble).toBeDefined();
});

test("a host that answers half is in trouble all the time", async () => {
  host.failures.set("list", wireError("timeout", 408));
  await connect();
  const views = new Set<string>();
  for (let n = 0; n < 60; n += 1) {
    views.add(viewOf(state));
    await pass(1000);
  }
  expect([...views]).toEqual(["unreachable"]);
  host.failures.clear();
  await pass(61_000);
  expect(viewOf(state)).toBe("ready");
});

test("who was denied is asked for again, a minute later", async () => {
  host.failAll(wireError("You may not.", "PERMISSION_DENIED"));
  await connect();
  await pass(2000);
  const before = host.count("status");
  await pass(50_000);
  expect(host.count("status")).toBe(before);
  expect(viewOf(state)).toBe("denied");
  host.failures.clear();
  await pass(11_000);
  expect(viewOf(state)).toBe("ready");
});

test("a click whose answer never comes is given up, and can be repeated", async () => {
  const { actions } = await connect();
  host.holding.add("start");
  const first = actions.start();
  await pass(21_000);
  await expect(first).resolves.toBe(false);
  expect(feedback()).toBe("The project's host does not answer.");
  host.holding.clear();
  await expect(actions.start()).resolves.toBe(true);
});

test("a click is given up where the way to the host never comes", async () => {
  let get: () => Promise<PanelClient> = host.getClient;
  const { actions } = await connect(() => get());
  get = never;
  host.failAll(wireError("timeout", 408));
  await pass(61_000);
  const asked = actions.refresh();
  await pass(21_000);
  await expect(asked).resolves.toBe(false);
  expect(state.busy).toEqual({});
});

test("closed while a click is answered, it leaves no timer", async () => {
  const { actions, close } = await connect();
  host.holding.add("start");
  const asked = actions.start();
  await pass(10);
  close();
  await expect(asked).resolves.toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});
