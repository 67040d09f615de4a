/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen, within } from "@testing-library/react";
import { BackupError, type Job } from "../../conat-api/index.js";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
  panelProject,
  type PanelProject,
} from "../support/panel-project.js";
import { account_id, openPanel, pass } from "../support/panel-render.js";

let project: PanelProject;
let host: PanelHost;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";

test("while the host has not answered, nothing claims that there is no backup", async () => {
  host.holding.add("status");
  await openPanel(host);
  expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
  expect(text()).not.toMatch(/no backup/i);
  expect(screen.queryAllByRole("button")).toEqual([]);
});

test("a project with a backup shows its health, time and size", async () => {
  addBackups(project, 1, { size_bytes: 1_234_567_890, files: 7 });
  addJob(project);
  await openPanel(host);
  expect(
    screen.getByRole("img", { name: "Health of the backups: OK" }),
  ).toBeTruthy();
  expect(text()).toContain("Last backup 1 hour ago");
  expect(text()).toContain("1.2 GB in 7 files");
  const [time] = screen.getAllByText("1 hour ago");
  expect(time?.title).toBe("May 5, 2026, 11:00:00 AM");
});

test("a backup that came with the project is no attempt of this host", async () => {
  addBackups(project, 1);
  await openPanel(host);
  expect(text()).toContain(
    "No backup was tried on this host yet; the newest one was made 1 hour ago.",
  );
});

test.each([
  ["project", "table"],
  ["flyout", "list"],
] as const)("mode %s shows the backups in a %s", async (mode, role) => {
  addBackups(project, 2, { trigger: "scheduled" });
  await openPanel(host, { mode });
  expect(screen.queryByRole("table") !== null).toBe(mode === "project");
  const rows = within(screen.getByRole(role));
  expect(rows.getAllByText(/scheduled/)).toHaveLength(2);
  expect(rows.getAllByRole("button", { name: /^Restore/ })).toHaveLength(2);
});

test("embedded, it is the body alone", async () => {
  const { container } = await openPanel(host, { embedded: true });
  expect(container.querySelector(".ant-card-head")).toBeNull();
  expect(container.textContent).toMatch(/^NoneNo backup/);
});

test("not embedded, a card names it", async () => {
  const { container } = await openPanel(host);
  expect(container.querySelector(".ant-card-head")?.textContent).toBe(
    "Backups",
  );
});

test("each row says who or what made the backup", async () => {
  addBackups(project, 1, {
    trigger: "manual",
    requested_by: `account-${account_id}`,
  });
  addBackups(project, 1, { trigger: "manual", requested_by: "account-x" });
  addBackups(project, 1, { trigger: "hub" });
  addBackups(project, 1, { trigger: "retry" });
  addBackups(project, 1, { trigger: null });
  await openPanel(host);
  const rows = screen.getAllByRole("row").slice(1);
  const cells = rows
    .map((row) => within(row).queryAllByRole("cell")[4]?.textContent)
    .filter((cell) => cell !== undefined);
  expect(cells).toEqual(["by you", "by hand", "hub", "retry", "unknown"]);
});

test("what another host made has unknown fields, said in words", async () => {
  addBackups(project, 1, {
    size_bytes: null,
    added_bytes: null,
    duration_ms: null,
    warnings_count: null,
  });
  await openPanel(host);
  const [row] = screen.getAllByRole("row").slice(-1);
  expect(row?.textContent).not.toMatch(/null|NaN/);
  expect(within(row!).getAllByText("not known")).toHaveLength(4);
});

test("a project without a backup is told what that means", async () => {
  await openPanel(host);
  expect(screen.getByText("No backup yet")).toBeTruthy();
  expect(text()).toContain("Nothing of this project could be brought back");
  expect(screen.getByRole("button", { name: "Back up now" })).toBeTruthy();
});

test("a list that the host never read is not called empty", async () => {
  project.as_of = null;
  await openPanel(host);
  expect(text()).toContain("never read from the repository");
  expect(text()).not.toContain("No backup yet");
  expect(screen.getByText("No backup is known here")).toBeTruthy();
});

test("a viewer reads one sentence and sees no list and no button", async () => {
  const sentence = "Viewers of a project cannot see or use its backups.";
  host.failAll(wireError(sentence, "PERMISSION_DENIED"));
  const { container } = await openPanel(host, { embedded: true });
  expect(container.textContent).toBe(sentence);
  expect(screen.queryAllByRole("button")).toEqual([]);
});

test("who loses the right sees no more of what was shown", async () => {
  addBackups(project, 3);
  const { container } = await openPanel(host, { embedded: true });
  host.failAll(wireError("You are no collaborator.", "PERMISSION_DENIED"));
  await pass(61_000);
  expect(container.textContent).toBe("You are no collaborator.");
});

test("a router's refusal becomes a sentence of ours", async () => {
  host.failAll(wireError("timeout - Error: permission denied x.y.z", 408));
  await openPanel(host);
  expect(text()).toContain("for its owner and its collaborators");
  expect(text()).not.toMatch(/408|permission denied|x\.y\.z/);
});

test("a host that does not answer is said so, and is asked again by itself", async () => {
  host.failAll(wireError("no subscribers matching 'services.x'", 503));
  await openPanel(host);
  expect(text()).toContain("The project's host does not answer.");
  expect(text()).toContain("The panel tries again by itself.");
  expect(text()).not.toMatch(/503|subscribers/);
  addBackups(project, 1);
  host.failures.clear();
  await pass(2000);
  expect(text()).toContain("Last backup 1 hour ago");
  expect(text()).not.toContain("does not answer");
});

test("Try again does not wait for the delay", async () => {
  host.failAll(wireError("timeout", 408));
  const { user } = await openPanel(host);
  await pass(70_000);
  host.failures.clear();
  await user.click(screen.getByRole("button", { name: /Try again/ }));
  await pass(0);
  expect(screen.getByText("No backup yet")).toBeTruthy();
});

test("a failure of unknown origin shows neither its text nor a stack", async () => {
  host.failAll(wireError("Cannot read properties of undefined (x)"));
  await openPanel(host);
  expect(text()).toContain("gave no reason that would help");
  expect(text()).not.toContain("undefined");
});

test("the host's own sentence is shown without its code", async () => {
  const { message, code } = new BackupError(
    "FILESYSTEM_FAILED",
    "The host's file system refused an operation.",
  );
  host.failAll(wireError(message, code));
  await openPanel(host);
  expect(text()).toContain(message);
  expect(text()).not.toContain("FILESYSTEM_FAILED");
});

test("an answer of another shape is not shown as if it were one", async () => {
  const call = () => ({ status: async () => ({ health: "splendid" }) });
  const client = { ...host.client, call };
  await openPanel(host, { getClient: async () => client });
  expect(text()).toContain("is not of the agreed shape");
});

test("the last attempt's failure is a sentence, and the health a warning", async () => {
  addBackups(project, 1);
  addJob(project, failed("The repository does not answer. Nothing to do."));
  await openPanel(host);
  expect(text()).toContain("There is a backup, but a later attempt failed.");
  expect(text()).toContain("The last attempt failed just now");
  expect(text()).toContain("The repository does not answer. Nothing to do.");
  expect(text()).not.toContain("REPOSITORY_UNREACHABLE");
});

test("failures are folded away in a history", async () => {
  addJob(project, failed("It broke first."));
  addJob(project, { ...failed("It broke again."), kind: "restore" });
  addJob(project);
  const { user } = await openPanel(host);
  expect(text()).not.toContain("It broke first.");
  await user.click(screen.getByText("Recent failures (2)"));
  await pass(0);
  expect(text()).toContain("It broke first.");
  expect(text()).toContain("It broke again.");
});

test("notices are shown quietly, for whom they are", async () => {
  const message = "The recovery kit was never exported.";
  project.status = { notices: [{ code: "KIT_NOT_EXPORTED", message }] };
  await openPanel(host);
  expect(text()).toContain("For the administrator of this host");
  expect(text()).toContain(message);
  expect(text()).not.toContain("KIT_NOT_EXPORTED");
});

test("a click on the warnings lists paths, messages and how many more", async () => {
  const warnings = [{ path: "project/a b", message: "cannot be read" }];
  addBackups(project, 1, { warnings_count: 3, warnings });
  const { user } = await openPanel(host);
  await user.click(screen.getByRole("button", { name: /3 warnings/ }));
  await pass(500);
  expect(screen.getByText("project/a b")).toBeTruthy();
  expect(text()).toContain("cannot be read");
  expect(text()).toContain("and 2 more");
});

test("an invalid project or person ends in a sentence", async () => {
  await openPanel(host, { account_id: "nobody" });
  expect(text()).toContain("without a valid account and project");
});

function failed(error_message: string): Partial<Job> {
  return {
    state: "failed",
    error_code: "REPOSITORY_UNREACHABLE",
    error_message,
  };
}
