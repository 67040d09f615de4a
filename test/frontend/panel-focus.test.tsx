/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen, within } from "@testing-library/react";
import { PanelHost } from "../support/panel-host.js";
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
  addBackups(project, 2);
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";
const button = (name: string) => screen.getByRole("button", { name });

const focused = () => document.activeElement;

async function press(name: string, user: { keyboard(keys: string): unknown }) {
  button(name).focus();
  await user.keyboard("{Enter}");
  await pass(1000);
}

test("after Back up now the button keeps the focus", async () => {
  const { user } = await openPanel(host);
  await press("Back up now", user);
  expect(text()).toContain("Already asked");
  expect(focused()).toBe(button("Already asked"));
});

test("a button whose host went away keeps the focus", async () => {
  await openPanel(host);
  button("Refresh").focus();
  host.state.emit("disconnected");
  await pass(2500);
  expect(focused()).toBe(button("Refresh"));
});

test("after Cancel the focus is on what became of the backup", async () => {
  addJob(project, { state: "running", phase: "reading" });
  const { user } = await openPanel(host);
  await press("Cancel this backup", user);
  expect(focused()?.textContent).toMatch(/^OKLast backup.* was cancelled/);
});

test("after a restore was cancelled the focus is not lost", async () => {
  addJob(project, { kind: "restore", state: "running", phase: "writing" });
  const { user } = await openPanel(host);
  await press("Cancel this restore", user);
  await press("Cancel the restore", user);
  expect(text()).toContain("The restore was cancelled");
  expect(focused()?.textContent).toMatch(/^OKLast backup/);
});

test("a job that ends takes the focus from nobody else", async () => {
  const job = addJob(project, { state: "running", phase: "reading" });
  await openPanel(host);
  endJob(job, { state: "succeeded" });
  await pass(3000);
  expect(text()).not.toContain("Backing up");
  expect(focused()).toBe(document.body);
});

test("a confirmed restore puts the focus on its job", async () => {
  const { user } = await openPanel(host);
  const [restore] = screen.getAllByText("Restore…");
  await user.click(restore!);
  await pass(500);
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("checkbox"));
  await press("Restore the project", user);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(focused()?.textContent).toMatch(/^Restoring the project/);
});
