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
import { openPanel, pass, type Person } from "../support/panel-render.js";

let project: PanelProject;
let host: PanelHost;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  project = panelProject();
  host = new PanelHost(project);
  addBackups(project, 3);
});
afterEach(() => jest.useRealTimers());

const title = { get: (name: string) => (name === "title" ? "Thesis" : null) };
const text = () => document.body.textContent ?? "";
const dialog = () => within(screen.getByRole("dialog"));
const confirm = () =>
  dialog().getByRole("button", { name: "Restore the project" });

async function openDialog(): Promise<Person> {
  const { user } = await openPanel(host, { project: title });
  const name = "Restore… the backup of May 5, 2026, 10:00:00 AM";
  await user.click(screen.getByRole("button", { name }));
  await pass(500);
  return user;
}

async function agree(user: Person): Promise<void> {
  await user.click(dialog().getByRole("checkbox"));
  await user.click(confirm());
  await pass(1000);
}

test("the dialog says which project, which backup and all that happens", async () => {
  await openDialog();
  const said = screen.getByRole("dialog").textContent;
  expect(said).toContain(
    "Thesis goes back to the backup of May 5, 2026, 10:00:00 AM (2 hours ago).",
  );
  expect(said).toMatch(/Everything in the project is replaced/);
  expect(said).toMatch(/the host stops the project, where it can/);
  expect(said).toMatch(/Close programs that use the project first/);
  expect(said).toMatch(/put aside on the host/);
});

test("warnings of the backup are named before it is restored", async () => {
  project.backups[1]!.warnings_count = 4;
  await openDialog();
  expect(text()).toContain("This backup has 4 warnings");
});

test("nothing is asked for without the tick", async () => {
  const user = await openDialog();
  expect(confirm()).toHaveProperty("disabled", true);
  await user.click(confirm());
  await user.click(dialog().getByRole("button", { name: "Do nothing" }));
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.count("restore")).toBe(0);
});

test("a tick is for one dialog: opened again, it has to be set again", async () => {
  const user = await openDialog();
  await user.click(dialog().getByRole("checkbox"));
  await user.keyboard("{Escape}");
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  const [first] = screen.getAllByRole("button", { name: /^Restore…/ });
  await user.click(first!);
  await pass(500);
  expect(confirm()).toHaveProperty("disabled", true);
});

test("with the tick that backup is restored in place, and its job shown", async () => {
  const user = await openDialog();
  await agree(user);
  const [call] = host.calls.filter(({ method }) => method === "restore");
  expect(call?.input).toEqual({
    project_id: project.project_id,
    backup_id: project.backups[1]?.backup_id,
    target: { type: "in_place" },
  });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(text()).toContain("Restoring the project");
});

test("while a restore runs no other can be asked for", async () => {
  addJob(project, { kind: "restore", state: "running", phase: "writing" });
  const { user } = await openPanel(host);
  for (const button of screen.getAllByRole("button", { name: /^Restore…/ })) {
    expect(button.getAttribute("aria-disabled")).toBe("true");
  }
  await user.click(screen.getAllByRole("button", { name: /^Restore…/ })[0]!);
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("who is not the owner reads why in the dialog", async () => {
  const sentence = "Only the project's owner can restore the whole project.";
  host.failures.set("restore", wireError(sentence, "PERMISSION_DENIED"));
  const user = await openDialog();
  await agree(user);
  expect(dialog().getByText(sentence)).toBeTruthy();
  expect(dialog().getByText("The restore was not started")).toBeTruthy();
  await user.click(dialog().getByRole("button", { name: "Do nothing" }));
  await pass(500);
  expect(text()).not.toContain(sentence);
  // Backups are still theirs to see.
  expect(screen.getAllByRole("button", { name: /^Restore…/ })).toHaveLength(3);
});

test("when the restore has ended its result is shown, until it is closed", async () => {
  const user = await openDialog();
  await agree(user);
  endJob(project.jobs[0]!, { state: "succeeded" });
  await pass(3000);
  expect(text()).toContain("The project was restored just now");
  expect(text()).toContain(
    "It was restored from the backup of May 5, 2026, 10:00:00 AM.",
  );
  await user.click(screen.getByRole("button", { name: "Close" }));
  await pass(500);
  expect(text()).not.toContain("The project was restored");
});

test("a result is there after a reload too, with its warnings", async () => {
  const message = "a watched folder was skipped";
  addJob(project, {
    kind: "restore",
    backup_id: "f0".repeat(32),
    warnings_count: 1,
    warnings: [{ message }],
  });
  const { user } = await openPanel(host);
  expect(text()).toContain("The project was restored just now");
  await user.click(screen.getByRole("button", { name: "1 warning" }));
  await pass(500);
  expect(text()).toContain(message);
});

test("a failed restore says why, and leaves the health alone", async () => {
  addJob(project);
  addJob(project, {
    kind: "restore",
    state: "failed",
    error_code: "STALLED",
    error_message: "The repository was silent. Start again.",
  });
  await openPanel(host);
  expect(text()).toContain("The restore failed just now");
  expect(text()).toContain("The repository was silent. Start again.");
  expect(text()).toContain("The newest attempt made a backup.");
});

test.each([true, false])(
  "the old files are said to be kept only while they are: %p",
  async (kept) => {
    addJob(project, { kind: "restore", kept });
    await openPanel(host);
    expect(text()).toContain("The project was restored just now");
    expect(/kept aside.* bring them back/.test(text())).toBe(kept);
  },
);

test("the dialog can be left while the host does not answer", async () => {
  host.holding.add("restore");
  const user = await openDialog();
  await agree(user);
  await user.click(dialog().getByText("Close"));
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  const [first] = screen.getAllByRole("button", { name: /^Restore…/ });
  expect(first?.getAttribute("aria-disabled")).toBe("true");
  host.held[0]?.deliver();
  await pass(1000);
  expect(text()).toContain("Restoring the project");
});

test("a refusal that comes after the dialog was left is shown outside", async () => {
  host.holding.add("restore");
  const user = await openDialog();
  await agree(user);
  await user.keyboard("{Escape}");
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  project.jobs.shift();
  host.held[0]?.fail(wireError("The disk is full.", "NO_SPACE"));
  await pass(500);
  expect(text()).toContain("The restore was not started");
  expect(text()).toContain("The disk is full.");
  // Of no concern to the next dialog.
  await user.click(screen.getAllByRole("button", { name: /^Restore…/ })[0]!);
  await pass(500);
  expect(text()).not.toContain("The disk is full.");
});
