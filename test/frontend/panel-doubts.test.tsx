/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen } from "@testing-library/react";
import { PanelHost } from "../support/panel-host.js";
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
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";

test("the list is said to be incomplete until a reading succeeds", async () => {
  project.read_error = "The repository does not answer.";
  project.refreshing = true;
  await openPanel(host);
  expect(text()).toContain(
    "The list may not be complete: The repository does not answer.",
  );
  expect(text()).not.toContain("No backup yet");
  project.read_error = null;
  project.refreshing = false;
  await pass(3000);
  expect(text()).not.toContain("may not be complete");
  expect(text()).toContain("No backup yet");
});

test("what the host's clock puts ahead is an instant, not just now", async () => {
  addBackups(project, 1, { time: Date.now() + 600_000 });
  await openPanel(host);
  expect(text()).toContain("Last backup May 5, 2026, 12:10:00 PM");
});

test("what is shown at opening interrupts nobody, nor do its times", async () => {
  addBackups(project, 1);
  project.read_error = "The repository does not answer.";
  addJob(project, { state: "failed", error_message: "It broke." });
  addJob(project, { kind: "restore" });
  addJob(project, {
    state: "pending",
    trigger: "retry",
    run_at: Date.now() + 600_000,
  });
  await openPanel(host);
  expect(text()).toContain("to be tried again in 10 minutes");
  expect(screen.queryAllByRole("alert")).toEqual([]);
  const live = screen.getAllByRole("status");
  expect(live.length).toBeGreaterThan(3);
  for (const one of live) expect(one.querySelector("time")).toBeNull();
});
