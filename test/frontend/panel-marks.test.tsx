/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { fireEvent, screen, within } from "@testing-library/react";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
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
  addBackups(project, 2);
});
afterEach(() => jest.useRealTimers());

const text = () => document.body.textContent ?? "";
const button = (name: RegExp | string) => screen.getByRole("button", { name });
const dialog = () => within(screen.getByRole("dialog"));
const newest = "the backup of May 5, 2026, 11:00:00 AM";
const restores = () => screen.queryAllByRole("button", { name: /^Restore/ });

/** An entry of the newest backup's menu. */
async function choose(user: Person, entry: string): Promise<void> {
  await user.click(button(`More… for ${newest}`));
  await pass(500);
  await user.click(screen.getByRole("menuitem", { name: entry }));
  await pass(500);
}

test("a pin is set and taken away, and seen in the row", async () => {
  const { user } = await openPanel(host);
  expect(screen.queryByRole("img", { name: "Pinned" })).toBeNull();
  await choose(user, "Pin");
  expect(project.backups[0]?.pinned).toBe(true);
  expect(screen.getAllByRole("img", { name: "Pinned" })).toHaveLength(1);
  await choose(user, "Unpin");
  expect(project.backups[0]?.pinned).toBe(false);
  expect(screen.queryByRole("img", { name: "Pinned" })).toBeNull();
});

test("a pin that would leave no room is refused with the host's sentence", async () => {
  const sentence = "With one more pin new backups would have no room.";
  host.failures.set("update", wireError(sentence, "LIMIT_EXCEEDED"));
  const { user } = await openPanel(host);
  await choose(user, "Pin");
  expect(screen.getByRole("alert").textContent).toBe(
    `The pin could not be changed${sentence}`,
  );
});

test("the menu is opened and used with the keyboard alone", async () => {
  const { user } = await openPanel(host);
  button(`More… for ${newest}`).focus();
  await user.keyboard("{Enter}");
  await pass(500);
  const entry = document.activeElement!;
  expect(entry.textContent).toBe("Pin");
  // antd looks at the number, which user-event does not give.
  fireEvent.keyDown(entry, { key: "Enter", keyCode: 13 });
  await pass(500);
  expect(project.backups[0]?.pinned).toBe(true);
});

test("a name stands in the row's place of the time, which stays beside it", async () => {
  const { user } = await openPanel(host);
  await choose(user, "Name and note…");
  await user.click(dialog().getByLabelText("Name"));
  await user.keyboard("  Before the migration ");
  await user.click(dialog().getByLabelText("Note"));
  await user.keyboard("Ask Ada first.");
  await user.click(dialog().getByRole("button", { name: "Save" }));
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.calls.find(({ method }) => method === "update")?.input).toEqual({
    project_id: project.project_id,
    backup_id: project.backups[0]?.backup_id,
    name: "Before the migration",
    note: "Ask Ada first.",
  });
  const [row] = screen.getAllByRole("row").slice(-2);
  expect(row?.textContent).toMatch(/^Before the migration1 hour agoNote/);
  await user.click(button("Note"));
  await pass(500);
  expect(text()).toContain("Ask Ada first.");
});

test("a name that is emptied is taken away", async () => {
  Object.assign(project.backups[0]!, { name: "x", note: "y" });
  const { user } = await openPanel(host);
  await choose(user, "Name and note…");
  await user.click(dialog().getByLabelText("Name"));
  await user.keyboard("{Backspace}{Enter}");
  await pass(500);
  expect(project.backups[0]).toMatchObject({ name: null, note: "y" });
});

test("a name that was not saved leaves the dialog as it is, with the reason", async () => {
  host.failures.set("update", wireError("The disk is full.", "NO_SPACE"));
  const { user } = await openPanel(host);
  await choose(user, "Name and note…");
  await user.click(dialog().getByLabelText("Name"));
  await user.keyboard("Draft{Enter}");
  await pass(500);
  expect(dialog().getByRole("alert").textContent).toBe(
    "Name and note were not savedThe disk is full.",
  );
  expect(dialog().getByLabelText("Name")).toHaveProperty("value", "Draft");
  expect(screen.getAllByRole("alert")).toHaveLength(1);
  await user.click(dialog().getByRole("button", { name: "Cancel" }));
  await pass(500);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("forgetting says until when it can be taken back, and asks first", async () => {
  const { user } = await openPanel(host);
  await choose(user, "Forget…");
  expect(dialog().getByText(/taken off the list/).textContent).toContain(
    newest.replace("the", "The"),
  );
  expect(text()).toContain("take it back until May 12, 2026, 12:00:00 PM");
  await user.click(dialog().getByRole("button", { name: "Keep it" }));
  await pass(500);
  expect([host.count("forget"), restores().length]).toEqual([0, 2]);
});

test("a forgotten backup leaves the list, and comes back by Take back", async () => {
  const { user } = await openPanel(host);
  await choose(user, "Forget…");
  await user.click(dialog().getByRole("button", { name: "Forget it" }));
  await pass(1000);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(restores()).toHaveLength(1);
  expect(text()).toContain("It can be taken back until May 12, 2026, 12:00 PM");
  await user.click(screen.getByRole("switch", { name: "Show forgotten" }));
  await pass(500);
  expect(text()).toContain("forgotten just now");
  expect(restores()).toHaveLength(1);
  await user.click(button(`Take back ${newest}`));
  await pass(500);
  expect(restores()).toHaveLength(2);
  expect(text()).toContain("It stays like one that somebody asked for");
  expect(text()).toContain("No forgotten backup can be taken back.");
});

test("without the switch no forgotten backup is asked for or shown", async () => {
  project.backups[0]!.forgotten_at = Date.now();
  const { user } = await openPanel(host);
  expect(restores()).toHaveLength(1);
  expect(text()).not.toContain("forgotten just now");
  const asked = () =>
    host.calls.filter(({ method }) => method === "list").map((c) => c.input);
  expect(asked().some((input) => "forgotten" in (input as object))).toBe(false);
  await user.click(screen.getByRole("switch"));
  await pass(500);
  expect(text()).toContain("forgotten just now");
  await user.click(screen.getByRole("switch"));
  await pass(500);
  expect(text()).not.toContain("forgotten just now");
});

test("the only backup is named as what it is before it is forgotten", async () => {
  project.backups.splice(1);
  const { user } = await openPanel(host);
  await choose(user, "Forget…");
  expect(text()).toContain("It is the only backup on the list");
});

test("a pinned backup has to be unpinned before it can be forgotten", async () => {
  project.backups[0]!.pinned = true;
  const { user } = await openPanel(host);
  await choose(user, "Forget… (unpin it first)");
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("{Escape}");
  await choose(user, "Unpin");
  await choose(user, "Forget…");
  expect(screen.getByRole("dialog")).toBeTruthy();
});

test("a host that cannot say for how long leaves the number away", async () => {
  host.failures.set("get_policy", wireError("No.", "INTERNAL"));
  const { user } = await openPanel(host);
  await choose(user, "Forget…");
  expect(text()).toContain("take it back for some days");
  expect(screen.queryByRole("alert")).toBeNull();
  await user.click(dialog().getByRole("button", { name: "Keep it" }));
  await pass(500);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a refused forgetting is told in its dialog, and the backup stays", async () => {
  const sentence = "It is the newest one.";
  host.failures.set("forget", wireError(sentence, "CONFLICT"));
  const { user } = await openPanel(host);
  await choose(user, "Forget…");
  await user.click(dialog().getByRole("button", { name: "Forget it" }));
  await pass(500);
  expect(dialog().getByRole("alert").textContent).toBe(
    `The backup was not forgotten${sentence}`,
  );
  expect(restores()).toHaveLength(2);
});

test("a backup that is not proven yet says so, and why", async () => {
  project.backups[1]!.unproven = true;
  const { user } = await openPanel(host);
  await user.click(button("Not proven yet"));
  await pass(500);
  expect(text()).toContain(
    "nobody can say for certain that all of it is there",
  );
});

test.each(["project", "flyout"] as const)(
  "in mode %s a collaborator is offered nothing that an owner decides",
  async (mode) => {
    Object.assign(project.backups[0]!, { pinned: true, name: "Draft" });
    project.backups[1]!.forgotten_at = Date.now();
    const { user } = await openPanel(host, { mode, role: "collaborator" });
    await user.click(screen.getByRole("switch"));
    await pass(500);
    expect(screen.queryByRole("button", { name: /^(More|Take)/ })).toBeNull();
    expect(screen.getByRole("img", { name: "Pinned" })).toBeTruthy();
    expect(text()).toContain("Draft");
    expect(text()).toContain(
      "Only the project’s owner can pin, name or forget backups.",
    );
    expect(restores()).toHaveLength(1);
  },
);

test("a host that does not answer is asked for no pin", async () => {
  const { user } = await openPanel(host);
  host.state.emit("disconnected");
  await pass(2500);
  const more = button(`More… for ${newest}`);
  expect(more.getAttribute("aria-disabled")).toBe("true");
  await user.click(more);
  await pass(500);
  expect(screen.queryByRole("menuitem")).toBeNull();
});
