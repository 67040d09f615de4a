/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { randomUUID } from "node:crypto";
import { render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { JobEvent } from "../../conat-api/index.js";
import { PanelHost } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";
import { openPanel, Panel, pass } from "../support/panel-render.js";

let one: PanelProject;
let two: PanelProject;
let host: PanelHost;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  one = panelProject();
  two = panelProject();
  addBackups(one, 1, { size_bytes: 1e9, files: 111 });
  addBackups(two, 2, { size_bytes: 2e9, files: 222 });
  host = new PanelHost(one, two);
});
afterEach(() => jest.useRealTimers());

const shown = (container: HTMLElement) => container.textContent ?? "";

test("two panels show two projects, and neither shows the other's", async () => {
  const first = render(<Panel host={host} project_id={one.project_id} />);
  const second = render(<Panel host={host} project_id={two.project_id} />);
  await pass(0);
  addJob(two, { state: "running", phase: "reading" });
  host.publish(two.project_id, JobEvent.parse(two.jobs[0]));
  await pass(1000);
  expect(shown(first.container)).toContain("111 files");
  expect(shown(first.container)).not.toContain("Backing up");
  expect(shown(second.container)).toContain("222 files");
  expect(shown(second.container)).toContain("Backing up");
});

test("a slow host's late answers stay with its own panel", async () => {
  const slow = new PanelHost(one);
  slow.holding.add("status");
  const first = render(<Panel host={slow} project_id={one.project_id} />);
  const second = render(<Panel host={host} project_id={two.project_id} />);
  await pass(10_000);
  expect(shown(second.container)).toContain("222 files");
  slow.holding.clear();
  for (const call of slow.held) call.deliver();
  await pass(0);
  expect(shown(first.container)).toContain("111 files");
  expect(shown(second.container)).not.toContain("111 files");
});

test("another project in place of the first shows nothing of the first", async () => {
  const { rerender, container } = await openPanel(host);
  expect(shown(container)).toContain("111 files");
  host.holding.add("status");
  rerender(<Panel host={host} project_id={two.project_id} />);
  await pass(0);
  expect(shown(container)).not.toContain("111 files");
  expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
  host.holding.clear();
  for (const call of host.held) call.deliver();
  await pass(1000);
  expect(shown(container)).toContain("222 files");
  expect([host.subscriptions.size, host.listenerCount]).toEqual([1, 2]);
});

test("answers for the first that come after the change are dropped", async () => {
  host.holding.add("status");
  const { rerender, container } = await openPanel(host);
  const late = [...host.held];
  host.holding.clear();
  rerender(<Panel host={host} project_id={two.project_id} />);
  await pass(0);
  for (const call of late) call.deliver();
  await pass(0);
  expect(shown(container)).toContain("222 files");
});

test("an open dialog does not outlive its project", async () => {
  const { rerender, user } = await openPanel(host);
  await user.click(screen.getByRole("button", { name: /^Restore…/ }));
  await pass(500);
  expect(screen.getByRole("dialog")).toBeTruthy();
  // Nothing but the change itself can have closed it.
  host.holding.add("status");
  rerender(<Panel host={host} project_id={two.project_id} />);
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a new getClient at each render opens no new connection", async () => {
  const { rerender } = await openPanel(host);
  for (let n = 0; n < 5; n += 1) {
    rerender(<Panel host={host} getClient={async () => host.client} />);
    await pass(100);
  }
  expect([host.subscriptions.size, host.listenerCount]).toEqual([1, 2]);
});

test("unmounted, it leaves no subscription, listener or timer", async () => {
  addJob(one, { state: "running", phase: "reading" });
  const { unmount } = await openPanel(host);
  await pass(3000);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([1, 2]);
  unmount();
  // React's and antd's own ends of work.
  await pass(100);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([0, 0]);
  expect(jest.getTimerCount()).toBe(0);
  const calls = host.calls.length;
  await pass(5 * 60_000);
  expect(host.calls).toHaveLength(calls);
});

test("mounted twice, as strict mode does, it has one connection", async () => {
  render(
    <StrictMode>
      <Panel host={host} project_id={one.project_id} />
    </StrictMode>,
  );
  await pass(1000);
  expect([host.subscriptions.size, host.listenerCount]).toEqual([1, 2]);
  expect(shown(document.body)).toContain("111 files");
});

test("what a forged event says is never shown", async () => {
  const { container } = await openPanel(host);
  const forged = addJob(panelProject(one.project_id), {
    job_id: randomUUID(),
    kind: "restore",
    state: "running",
    phase: "swapping",
  });
  host.publish(one.project_id, JobEvent.parse(forged));
  host.publish(one.project_id, { ...forged, phase: "<b>won</b>" });
  await pass(2000);
  expect(shown(container)).toContain("111 files");
  expect(shown(container)).not.toMatch(/Restoring|Putting|won/);
});
