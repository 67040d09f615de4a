/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen, within } from "@testing-library/react";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  endJob,
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
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";
const button = (name: RegExp | string) => screen.getByRole("button", { name });

test("Back up now shows the job before the host is asked again", async () => {
  const { user } = await openPanel(host);
  await pass(1000);
  host.holding.add("status");
  await user.click(button("Back up now"));
  await pass(0);
  expect(text()).toContain("Waiting for its turn");
  expect(button("Already asked").getAttribute("aria-disabled")).toBe("true");
  await user.click(button("Already asked"));
  expect(host.count("start")).toBe(1);
});

test("a backup that was asked for already is said to hold what is there now", async () => {
  const { user } = await openPanel(host);
  await pass(1000);
  addJob(project, { state: "pending", phase: null });
  await user.click(button("Back up now"));
  await pass(0);
  expect(text()).toContain("A backup had been asked for already");
  await user.click(button("Close"));
  expect(text()).not.toContain("A backup had been asked for already");
});

test("a refused start is a sentence, and the button is back", async () => {
  host.failures.set("start", wireError("The disk is full.", "NO_SPACE"));
  const { user } = await openPanel(host);
  await user.click(button("Back up now"));
  await pass(0);
  expect(text()).toContain("No backup was asked for");
  expect(text()).toContain("The disk is full.");
  expect(text()).not.toContain("NO_SPACE");
  expect(button("Back up now").getAttribute("aria-disabled")).toBe("false");
  expect(screen.getByRole("alert").textContent).toBe(
    "No backup was asked forThe disk is full.",
  );
});

test("a running backup shows its phase and how far it is", async () => {
  addJob(project, {
    state: "running",
    phase: "reading",
    bytes_done: 1e9,
    bytes_total: 4e9,
  });
  await openPanel(host);
  const bar = screen.getByRole("progressbar", { name: "Reading files" });
  expect(bar.getAttribute("aria-valuenow")).toBe("25");
  expect(text()).toContain("1 GB of about 4 GB");
  expect(text()).toContain("you can close this page");
});

test("where nobody knows how much there is, the bar has no number", async () => {
  const unknown = { bytes_done: null, bytes_total: null };
  addJob(project, { state: "running", phase: "staging", ...unknown });
  await openPanel(host);
  const bar = screen.getByRole("progressbar", { name: "Preparing the files" });
  expect(bar.getAttribute("aria-valuenow")).toBeNull();
  expect(text()).not.toMatch(/\d+%/);
});

test("a backup is cancelled with one click", async () => {
  addBackups(project, 1);
  addJob(project, { state: "running", phase: "reading" });
  const { user } = await openPanel(host);
  await user.click(button("Cancel this backup"));
  await pass(1000);
  expect(project.jobs[0]?.state).toBe("cancelled");
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(text()).toContain("The last attempt was cancelled just now.");
  expect(text()).not.toContain("The newest attempt made a backup.");
});

test("what had ended before is not said to have been cancelled", async () => {
  const job = addJob(project, { state: "running", phase: "reading" });
  const { user } = await openPanel(host);
  endJob(job, { state: "succeeded" });
  await user.click(button("Cancel this backup"));
  await pass(0);
  expect(text()).toContain("the job had ended before");
});

test("a restore is cancelled only after one more question", async () => {
  addJob(project, { kind: "restore", state: "running", phase: "writing" });
  const { user } = await openPanel(host);
  await user.click(button("Cancel this restore"));
  await pass(500);
  await user.click(button("Let it go on"));
  await pass(500);
  expect(host.count("cancel")).toBe(0);
  await user.click(button("Cancel this restore"));
  await pass(500);
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Cancel the restore" }));
  await pass(1000);
  expect(project.jobs[0]?.state).toBe("cancelled");
  expect(text()).toContain("The restore was cancelled just now");
});

test("a restore that swaps offers no Cancel", async () => {
  addJob(project, { kind: "restore", state: "running", phase: "swapping" });
  await openPanel(host);
  expect(text()).toContain("Putting the restored files in place");
  expect(screen.queryByRole("button", { name: /Cancel/ })).toBeNull();
});

test("what waits behind the running job is shown too", async () => {
  addJob(project, { state: "running", phase: "reading" });
  addJob(project, { kind: "restore", state: "pending", phase: null });
  await openPanel(host);
  expect(text()).toContain("Backing up");
  expect(text()).toContain("Restoring the project");
});

test("Show older adds a page, until there is none", async () => {
  addBackups(project, 30);
  const { user } = await openPanel(host);
  const rows = () => screen.getAllByText("Restore…");
  expect(rows()).toHaveLength(25);
  await user.click(button("Show older"));
  await pass(0);
  expect(rows()).toHaveLength(30);
  expect(screen.queryByText("Show older")).toBeNull();
});

test("a page that is just full offers no empty one", async () => {
  addBackups(project, 25);
  await openPanel(host);
  expect(screen.getAllByText("Restore…")).toHaveLength(25);
  expect(screen.queryByText("Show older")).toBeNull();
});

test("Refresh has the repository read and says so until it was", async () => {
  project.as_of = Date.now() - 3_600_000;
  const { user } = await openPanel(host);
  expect(text()).toContain("as of 1 hour ago");
  await user.click(button("Refresh"));
  await pass(0);
  expect(text()).toContain("Reading the repository…");
  const lists = host.calls.filter(({ method }) => method === "list");
  expect(lists.some(({ input }) => (input as { refresh?: true }).refresh)).toBe(
    true,
  );
  Object.assign(project, { refreshing: false, as_of: Date.now() });
  await pass(2500);
  expect(text()).not.toContain("Reading the repository…");
});

test("older backups that cannot be read leave what is shown", async () => {
  addBackups(project, 30);
  const { user } = await openPanel(host);
  host.failures.set("list", wireError("timeout", 408));
  await user.click(button("Show older"));
  await pass(0);
  expect(text()).toContain("Older backups could not be read");
  expect(screen.getAllByText("Restore…")).toHaveLength(25);
});
