/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen } from "@testing-library/react";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";
import { openPanel, pass } from "../support/panel-render.js";

let project: PanelProject;
let host: PanelHost;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
  addBackups(project, 2);
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";
const button = (name: string) => screen.getByRole("button", { name });

/** Read once, then silent. */
async function openStale() {
  const opened = await openPanel(host);
  host.state.emit("disconnected");
  host.failAll(wireError("timeout", 408));
  await pass(2500);
  return opened;
}

test("content stays visible while the host is away, marked as old", async () => {
  await openStale();
  await pass(10 * 60_000);
  expect(text()).toMatch(/may be out of date read 10 minutes ago/);
  expect(screen.getAllByText("Restore…")).toHaveLength(2);
});

test("a lost connection is said, before anything is asked in vain", async () => {
  await openPanel(host);
  host.state.emit("disconnected");
  await pass(2500);
  expect(text()).toContain("The connection to the project's host is lost.");
  host.state.emit("connected");
  await pass(1000);
  expect(text()).not.toContain("is lost");
});

test("without the host nothing is claimed to go on, or to be well", async () => {
  const progress = { bytes_done: 1e9, bytes_total: 4e9 };
  addJob(project, { state: "running", phase: "reading", ...progress });
  const { container } = await openPanel(host);
  const ok = { name: "Health of the backups: OK" };
  const moving = () => container.querySelector(".ant-progress-status-active");
  expect(screen.getByRole("img", ok)).toBeTruthy();
  expect(text()).toContain("It goes on by itself");
  expect(moving()).toBeTruthy();
  host.holding.add("status");
  host.state.emit("disconnected");
  await pass(2500);
  expect(screen.queryByRole("img", ok)).toBeNull();
  expect(
    screen.getByRole("img", { name: "Health of the backups: Unknown" }),
  ).toBeTruthy();
  expect(text()).not.toContain("It goes on by itself");
  expect(moving()).toBeNull();
});

test("without the host a bar without a number is no bar", async () => {
  const unknown = { bytes_done: null, bytes_total: null };
  addJob(project, { state: "running", phase: "staging", ...unknown });
  await openStale();
  expect(screen.queryByRole("progressbar")).toBeNull();
});

test("without the host no button does anything but Try again", async () => {
  addJob(project, { state: "running", phase: "reading" });
  addBackups(project, 30);
  const { user } = await openStale();
  const calls = host.calls.length;
  const names = ["Back up now", "Cancel this backup", "Refresh", "Show older"];
  const [restore] = screen.getAllByText("Restore…");
  for (const one of [...names.map(button), restore!.closest("button")!]) {
    expect(one.getAttribute("aria-disabled")).toBe("true");
    await user.click(one);
  }
  const later = host.calls.slice(calls).map(({ method }) => method);
  expect(new Set([...later, "status"])).toEqual(new Set(["status"]));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(button("Try again").getAttribute("aria-disabled")).toBeNull();
});
