/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { act, render } from "@testing-library/react";
import type { Session } from "../../../conat-api/wire/session.js";
import { App } from "../../../frontend/page/app.js";
import { PageHost, someSession } from "../../support/page-host.js";
import { pass } from "../../support/panel-render.js";

let host: PageHost;
jest.mock("../../../conat-api/wire/index.js", () => ({
  connect: () => host.connect(),
}));

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 4, 5, 12) });
  host = new PageHost();
  host.install();
  window.history.replaceState(null, "", "/");
});
afterEach(() => jest.useRealTimers());

async function openPage(session: Session): Promise<void> {
  host.signedIn = session;
  render(<App token={undefined} />);
  await pass(0);
}

const shown = () => document.querySelector("h2")?.textContent;

test("headings are in order", async () => {
  await openPage(someSession({ projects: [host.project("Rain")] }));
  const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")];
  expect(levels.slice(0, 2).map(({ tagName }) => tagName)).toEqual([
    "H1",
    "H2",
  ]);
  expect(document.querySelectorAll("h1")).toHaveLength(1);
});

test("an account of a program reads what it is for, and is not connected", async () => {
  const projects = [host.project("Rain")];
  await openPage(someSession({ hub: true, projects }));
  expect(document.body.textContent).toContain(
    "This account is for programs: use it with --url.",
  );
  expect(shown()).toBeUndefined();
  expect(host.clients).toEqual([]);
});

test("who has no project reads so, and sees one that is added later", async () => {
  const session = someSession();
  await openPage(session);
  expect(document.body.textContent).toContain("You have no project");
  session.projects.push(host.project("Rain"));
  await pass(60_000);
  expect(shown()).toBe("Rain");
});

test("a project that is added later can be chosen, and takes no other's place", async () => {
  const session = someSession({ projects: [host.project("Rain")] });
  await openPage(session);
  expect(document.querySelector(".ant-select")).toBeNull();
  session.projects.unshift(host.project("A new one"));
  await pass(60_000);
  expect(document.querySelector(".ant-select")).not.toBeNull();
  expect(shown()).toBe("Rain");
  expect(host.clients).toHaveLength(1);
});

test("the address names the project, and another one when it changes", async () => {
  const projects = ["Rain", "Snow"].map((title) => host.project(title));
  const follow = async (project_id: string) => {
    window.history.replaceState(null, "", `/#${project_id}`);
    act(() => void window.dispatchEvent(new HashChangeEvent("hashchange")));
    await pass(0);
  };
  window.history.replaceState(null, "", `/#${projects[1]?.project_id}`);
  await openPage(someSession({ projects }));
  expect(shown()).toBe("Snow");
  await follow(projects[0]?.project_id ?? "");
  expect(shown()).toBe("Rain");
  await follow("no-such-project");
  expect(shown()).toBe("Rain");
});

test("a project that is taken away makes place for one that is left", async () => {
  const session = someSession({
    projects: ["Rain", "Snow"].map((title) => host.project(title)),
  });
  await openPage(session);
  session.projects.shift();
  await pass(60_000);
  expect(shown()).toBe("Snow");
});
