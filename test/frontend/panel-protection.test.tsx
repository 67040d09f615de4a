/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen } from "@testing-library/react";
import { defaultPolicy } from "../../conat-api/index.js";
import { PanelHost } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";
import { openPanel } from "../support/panel-render.js";

let project: PanelProject;
let host: PanelHost;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
  addBackups(project, 1);
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";

test("a project that had not changed is protected, and its backup keeps its age", async () => {
  const { backup_id } = project.backups[0]!;
  addJob(project, { unchanged: true, backup_id });
  await openPanel(host);
  expect(
    screen.getByRole("img", { name: "Health of the backups: OK" }),
  ).toBeTruthy();
  expect(text()).toContain("Last backup 1 hour ago");
  expect(text()).toContain(
    "Nothing had changed since then when the host looked just now.",
  );
  expect(text()).not.toContain("made a backup");
});

test("a job that looks for changes says so", async () => {
  addJob(project, { state: "running", phase: "comparing", bytes_done: null });
  await openPanel(host);
  expect(text()).toContain("Looking for what changed");
});

test("what no backup holds yet is counted, and when", async () => {
  project.status = {
    unprotected: {
      since: Date.now() - 1_800_000,
      changes: 10_000,
      more: true,
      counted_at: Date.now() - 120_000,
    },
  };
  await openPanel(host);
  expect(text()).toContain(
    "Not yet protected: more than 10,000 files and folders changed since 11:30 AM (counted 2 minutes ago).",
  );
});

test("what was not counted has no number and no time of counting", async () => {
  const counted = { changes: null, more: false, counted_at: Date.now() };
  project.status = { unprotected: { since: Date.now(), ...counted } };
  await openPanel(host);
  expect(text()).toContain("Not yet protected: what changed since 12:00 PM.");
});

test("where all is protected, nothing is said of it", async () => {
  project.status = { next_due_at: Date.now() + 3_600_000 };
  await openPanel(host);
  expect(text()).not.toMatch(/not yet protected|backups are off/i);
  expect(text()).toContain("Next attempt in 1 hour.");
});

test("a project that nobody backs up by itself says so beside a good health", async () => {
  project.policy.policy = { ...defaultPolicy, enabled: false };
  addJob(project);
  await openPanel(host);
  expect(text()).toContain(
    "Backups are off: this project is backed up only when somebody asks.",
  );
});

test.each([
  [false, "The repository was last checked 3 hours ago: no damage was found."],
  [true, "The repository was last checked 3 hours ago: damage was found."],
])(
  "the newest check of the repository is told, damaged: %s",
  async (damaged, said) => {
    const checked_at = Date.now() - 3 * 3_600_000;
    const repository = {
      checked_at,
      damaged,
      data_checked_at: null,
      pruned_at: null,
    };
    project.status = { repository };
    await openPanel(host);
    expect(text()).toContain(said);
  },
);

test("of a repository that nobody has checked nothing is said", async () => {
  const never = { checked_at: null, data_checked_at: null, pruned_at: null };
  project.status = { repository: { ...never, damaged: false } };
  await openPanel(host);
  expect(text()).not.toContain("checked");
});
