/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { screen, within } from "@testing-library/react";
import { defaultPolicy } from "../../conat-api/index.js";
import { PanelHost, wireError } from "../support/panel-host.js";
import {
  addBackups,
  addJob,
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
  addJob(project);
});
afterEach(() => jest.useRealTimers());

const drawer = () => within(screen.getByRole("dialog"));
const said = () => screen.getByRole("dialog").textContent ?? "";
const button = (name: string) => drawer().getByRole("button", { name });
const field = (name: string, at = 0) => drawer().getAllByLabelText(name)[at]!;
const saved = () =>
  host.calls.filter(({ method }) => method === "set_policy").at(-1)?.input;

async function openPolicy(role?: string): Promise<Person> {
  const { user } = await openPanel(host, { role });
  await user.click(screen.getByRole("button", { name: "Policy…" }));
  await pass(500);
  return user;
}

async function press(user: Person, name: string): Promise<void> {
  await user.click(button(name));
  await pass(500);
}

async function type(user: Person, at: Element, text: string): Promise<void> {
  await user.click(at);
  await user.keyboard(`{Control>}a{/Control}{Backspace}${text}`);
}

test("while the policy is read, nothing stands for it", async () => {
  host.holding.add("get_policy");
  await openPolicy();
  expect(drawer().getByRole("status").getAttribute("aria-busy")).toBe("true");
  expect(drawer().queryByRole("switch")).toBeNull();
  host.held[0]!.deliver();
  await pass(0);
  expect(
    drawer().getByRole("switch", { name: "Back up by itself" }),
  ).toBeTruthy();
});

test("it says whose the policy is, and how many backups there may be", async () => {
  project.policy.max_backups = 20;
  await openPolicy();
  expect(said()).toContain("This project follows the host’s default.");
  expect(said()).toContain(
    "may have 20 backups. When there are more, scheduled",
  );
  expect(field("Days")).toHaveProperty("value", "14");
});

test("what is changed is saved, and the rest stays", async () => {
  const user = await openPolicy();
  await type(user, field("Days"), "30");
  await type(
    user,
    field("Files that are not backed up"),
    "*.tmp{Enter}/cache/",
  );
  await press(user, "Save");
  expect(saved()).toEqual({
    project_id: project.project_id,
    policy: {
      ...defaultPolicy,
      keep: { ...defaultPolicy.keep, daily: 30 },
      excludes: ["*.tmp", "/cache/"],
    },
    expected: null,
  });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.body.textContent).toContain("The policy is saved.");
});

test("a time of its own is cron in a time zone", async () => {
  const user = await openPolicy();
  await user.click(drawer().getByRole("radio", { name: /cron/ }));
  await type(user, field("Cron expression"), "30 2 * * 1-5");
  await type(user, field("Time zone"), "Europe/Vienna");
  await press(user, "Save");
  expect(saved()).toMatchObject({
    policy: {
      schedule: {
        type: "cron",
        expression: "30 2 * * 1-5",
        time_zone: "Europe/Vienna",
      },
    },
  });
});

test("backups that are switched off ask for no time", async () => {
  const user = await openPolicy();
  await user.click(drawer().getByRole("switch"));
  expect(drawer().queryByRole("radio", { name: /cron/ })).toBeNull();
  await press(user, "Save");
  expect(saved()).toMatchObject({ policy: { enabled: false } });
  await pass(1000);
  expect(document.body.textContent).toContain("Backups are off");
});

test("what is wrong is said at its field, and is not sent", async () => {
  const user = await openPolicy();
  await type(user, field("Weeks"), "many");
  const weeks = field("Weeks");
  expect(weeks.getAttribute("aria-invalid")).toBe("true");
  const why = weeks.getAttribute("aria-describedby") ?? "";
  expect(document.getElementById(why)?.textContent).toBe(
    "A whole number from 0 to 10,000",
  );
  await press(user, "Save");
  await press(user, "Preview");
  expect([host.count("set_policy"), host.count("preview_policy")]).toEqual([
    ...[0, 0],
  ]);
  await type(user, weeks, "2");
  expect(field("Weeks").getAttribute("aria-invalid")).toBeNull();
  await press(user, "Save");
  expect(saved()).toMatchObject({ policy: { keep: { weekly: 2 } } });
});

test("a policy that the host refuses stays in the form, with its sentence", async () => {
  const sentence = "A policy that keeps nothing would take every backup.";
  host.failures.set("set_policy", wireError(sentence, "INVALID_ARGUMENT"));
  const user = await openPolicy();
  for (const name of ["Newest", "Days", "Weeks", "Months", "Years"]) {
    await type(user, field(name), "0");
  }
  await press(user, "Save");
  expect(drawer().getByRole("alert").textContent).toBe(
    `The policy was not saved${sentence}`,
  );
  expect(field("Days")).toHaveProperty("value", "0");
  // Of the backups themselves nothing is wrong.
  expect(screen.getAllByRole("alert")).toHaveLength(1);
  expect(
    screen.getByRole("img", {
      name: "Health of the backups: OK",
      hidden: true,
    }),
  ).toBeTruthy();
});

test("a preview says of each backup why it stays, or that it goes", async () => {
  project.kept = [["newest", "daily"], ["pinned"], []];
  project.backups[1]!.name = "Draft";
  const user = await openPolicy();
  await type(user, field("Days"), "1");
  await press(user, "Preview");
  expect(host.calls.at(-1)?.method).not.toBe("set_policy");
  expect(said()).toContain("2 backups would be kept, one would go.");
  expect(said()).toContain("for 7 days it can be taken back");
  const rows = drawer().getAllByRole("row").slice(1);
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    "1 hour ago Kept: the newest good one and the newest of its day",
    "Draft2 hours ago Kept: pinned",
    "3 hours ago Goes: no rule keeps it",
  ]);
});

test("a preview says where the quota leaves fewer than two scheduled backups", async () => {
  project.policy.max_backups = 3;
  project.backups[0]!.trigger = "scheduled";
  project.kept = [["newest"], ["manual"], ["manual"]];
  const user = await openPolicy();
  await press(user, "Preview");
  const words = "The limit of 3 leaves fewer than two scheduled backups";
  expect(said()).toContain(words);
  project.backups[1]!.trigger = "scheduled";
  project.kept = [["newest"], ["daily"], ["manual"]];
  await press(user, "Preview");
  expect(said()).toContain("3 backups would be kept");
  expect(said()).not.toContain(words);
});

test("a preview of other rules than those in the form is not shown", async () => {
  project.kept = [["newest"], ["last"], ["last"]];
  const user = await openPolicy();
  await press(user, "Preview");
  expect(said()).toContain("3 backups would be kept, none would go.");
  await type(user, field("Days"), "1");
  expect(said()).not.toContain("would be kept");
});

test("a preview is gone once the policy was saved, and the drawer opened again", async () => {
  project.kept = [["newest"], ["last"], []];
  const user = await openPolicy();
  await press(user, "Preview");
  expect(said()).toContain("one would go.");
  await press(user, "Save");
  await user.click(screen.getByRole("button", { name: "Policy…" }));
  await pass(500);
  expect(said()).not.toContain("What would happen now");
});

test("a preview that fails says why, in the drawer", async () => {
  host.failures.set("preview_policy", wireError("No such time.", "INTERNAL"));
  const user = await openPolicy();
  await press(user, "Preview");
  expect(drawer().getByRole("alert").textContent).toBe(
    "There is no previewNo such time.",
  );
});

test("the host's default comes back after one more question", async () => {
  const own = { ...defaultPolicy, enabled: false };
  Object.assign(project.policy, { policy: own, own, is_default: false });
  const user = await openPolicy();
  expect(said()).toContain("This project has a policy of its own.");
  await press(user, "Use the host’s default");
  expect(host.count("set_policy")).toBe(0);
  await user.click(screen.getByRole("button", { name: "Use the default" }));
  await pass(500);
  const { project_id } = project;
  expect(saved()).toEqual({ project_id, policy: null, expected: own });
});

test("a policy that somebody else has changed meanwhile is not overwritten", async () => {
  const user = await openPolicy();
  await type(user, field("Days"), "30");
  const theirs = { ...defaultPolicy, enabled: false };
  Object.assign(project.policy, { policy: theirs, own: theirs });
  await press(user, "Save");
  expect(drawer().getByRole("alert").textContent).toBe(
    "The policy was not savedSomebody else has changed it.",
  );
  // What was typed is still there, and theirs, too.
  expect(field("Days")).toHaveProperty("value", "30");
  expect(project.policy.own).toEqual(theirs);
  await press(user, "Read it anew");
  expect(drawer().queryByRole("alert")).toBeNull();
  expect(field("Days")).toHaveProperty("value", "14");
  await type(user, field("Days"), "30");
  await press(user, "Save");
  expect(project.policy.own).toMatchObject({
    ...{ enabled: false, keep: { daily: 30 } },
  });
});

test("a host of old is not told what it would refuse", async () => {
  delete project.policy.own;
  const user = await openPolicy();
  await press(user, "Save");
  expect(saved()).toEqual({
    ...{ project_id: project.project_id, policy: defaultPolicy },
  });
});

test("a policy that cannot be read is asked for again by a click", async () => {
  host.failures.set("get_policy", wireError("timeout", 408));
  const user = await openPolicy();
  expect(drawer().getByRole("alert").textContent).toBe(
    "The policy could not be readThe project's host does not answer.",
  );
  expect(drawer().queryByRole("switch")).toBeNull();
  host.failures.clear();
  await press(user, "Try again");
  expect(field("Days")).toHaveProperty("value", "14");
});

test("a policy is read anew at each opening", async () => {
  const user = await openPolicy();
  await type(user, field("Days"), "99");
  await user.keyboard("{Escape}");
  await pass(500);
  expect(screen.queryByRole("dialog")).toBeNull();
  project.policy.policy = {
    ...defaultPolicy,
    keep: { ...defaultPolicy.keep, daily: 5 },
  };
  await user.click(screen.getByRole("button", { name: "Policy…" }));
  await pass(500);
  expect(field("Days")).toHaveProperty("value", "5");
});

test("a collaborator reads and previews the policy, and cannot change it", async () => {
  const user = await openPolicy("collaborator");
  expect(said()).toContain("Only the project’s owner can change it.");
  expect(field("Days")).toHaveProperty("disabled", true);
  expect(drawer().queryByRole("button", { name: "Save" })).toBeNull();
  await press(user, "Preview");
  expect(said()).toContain("What would happen now");
});
