/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import { act, fireEvent, render, screen } from "@testing-library/react";
import { ConatError } from "../../../conat-api/wire/errors.js";
import { App } from "../../../frontend/page/app.js";
import { FakeChannel, PageHost, someSession } from "../../support/page-host.js";
import { wireError } from "../../support/panel-host.js";
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

const text = () => document.body.textContent ?? "";

async function openPage(token?: string): Promise<void> {
  render(<App token={token} />);
  await pass(0);
}

const person = (name = "ada", ...titles: string[]) =>
  someSession({ name, projects: titles.map((title) => host.project(title)) });

async function paste(hash: string): Promise<void> {
  window.history.replaceState(null, "", `/#${hash}`);
  act(() => void window.dispatchEvent(new HashChangeEvent("hashchange")));
  await pass(0);
}

async function click(name: string): Promise<void> {
  const buttons = [...document.querySelectorAll("button")];
  const button = buttons.find(({ textContent }) => textContent === name);
  if (!button) throw new Error(`no button ${name} in: ${text()}`);
  fireEvent.click(button);
  await pass(0);
}

const notIn = "You are not signed in";
const ended = "Your sign-in has ended";

test("a link signs in, and its project is shown", async () => {
  host.links.set("link", person("ada", "Rain"));
  await openPage("link");
  expect(text()).toContain("Signed in as ada");
  await pass(1000);
  expect(text()).toContain("Back up now");
  expect(screen.getByText("Rain", { selector: "h2" })).toBeTruthy();
});

test("a link that is pasted into an open tab signs in, out of the address", async () => {
  await openPage();
  host.links.set("link", person("ada", "Rain"));
  await paste("token=link");
  expect(text()).toContain("Signed in as ada");
  expect(window.location.href).toBe("http://localhost/");
});

test("another person's link takes the place of who was signed in, and of the connection", async () => {
  host.signedIn = person("ada", "Rain");
  host.links.set("link", person("bob", "Snow"));
  await openPage();
  await paste("token=link");
  expect(text()).toContain("Signed in as bob");
  expect(text()).not.toContain("Rain");
  const states = host.clients.map(({ state }) => state);
  expect(states).toEqual(["closed", "connected"]);
});

test("a used link says so only to who is not signed in", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage("used");
  expect(text()).toContain("Signed in as ada");
  expect(text()).not.toContain(notIn);
  host.signedIn = undefined;
  await paste("token=used");
  expect(text()).toContain(notIn);
  expect(text()).toContain("The link was used.");
});

test("who is not signed in reads the command that makes a link to this page", async () => {
  await openPage();
  expect(text()).toContain(
    "project-backups account link NAME --at http://localhost",
  );
  expect(text()).not.toContain(notIn);
});

/** How a page may come to know that its sign-in is gone. */
const signs: [string, () => Promise<void>][] = [
  ["a minute passes", () => pass(60_000)],
  [
    "the tab is looked at again",
    async () => void document.dispatchEvent(new Event("visibilitychange")),
  ],
  [
    "another tab says that something changed",
    async () => new FakeChannel("project-backups-session").tell(1),
  ],
  ["the connection is lost", async () => host.clients[0]?.lose()],
  [
    "the connection is there again",
    async () => void host.clients[0]?.events.emit("connected"),
  ],
];

test.each(signs)(
  "once the sign-in is gone and %s, the page says so",
  async (_, sign) => {
    host.signedIn = person("ada", "Rain");
    await openPage();
    host.signedIn = undefined;
    await act(sign);
    await pass(0);
    expect(text()).toContain(ended);
    expect(text()).not.toContain("Rain");
    expect(host.clients[0]?.state).toBe("closed");
  },
);

test("a router that refuses the reconnection ends the page as well", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage();
  const [client] = host.clients;
  host.away = true;
  client?.refusals.push(
    new ConatError("timeout", { code: 408 }),
    new ConatError("no such token", { code: 401 }),
  );
  const before = host.asked.length;
  await act(async () => client?.lose());
  await pass(0);
  // Once for the loss, once for the refusal; nobody answered.
  expect(host.asked.slice(before)).toEqual(["GET", "GET"]);
  expect(text()).toContain("Signed in as ada");
  host.away = false;
  host.signedIn = undefined;
  client?.refusals.push(new ConatError("no such token", { code: 401 }));
  await act(async () => client?.lose());
  await pass(0);
  expect(text()).toContain(ended);
});

test("a click that the router turns away makes the page ask", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage();
  await pass(1000);
  host.signedIn = undefined;
  host.panel.failAll(wireError("permission denied", 403));
  await click("Back up now");
  await pass(0);
  expect(text()).toContain(ended);
});

test("a host that is away ends no sign-in", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage();
  host.away = true;
  await pass(120_000);
  expect(text()).toContain("Signed in as ada");
  expect(host.clients).toHaveLength(1);
});

test("a link outlives a host that does not answer", async () => {
  host.links.set("link", person("ada", "Rain"));
  host.away = true;
  await openPage("link");
  expect(text()).toContain("The host does not answer");
  await click("Try again");
  expect(host.asked).toEqual(["POST link", "POST link"]);
  host.away = false;
  // By itself.
  await pass(5000);
  expect(text()).toContain("Signed in as ada");
});

test("who signs out while the host is away reads that it did not happen", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage();
  host.away = true;
  await click("Sign out");
  const sentence = "You are still signed in: the host did not answer.";
  expect(text()).toContain(sentence);
  expect(host.clients[0]?.state).toBe("connected");
  host.away = false;
  await pass(60_000);
  expect(text()).not.toContain(sentence);
  await click("Sign out");
  expect(text()).not.toContain("Signed in");
  expect(text()).not.toContain(ended);
  expect(host.clients[0]?.state).toBe("closed");
});

test("an answer from before the sign-out does not bring the page back", async () => {
  host.signedIn = person("ada", "Rain");
  await openPage();
  let release = () => {};
  host.held = new Promise((resolve) => (release = resolve));
  await pass(60_000);
  host.held = undefined;
  await click("Sign out");
  expect(text()).not.toContain("Signed in");
  release();
  await pass(0);
  expect(host.asked.slice(-2)).toEqual(["GET", "DELETE"]);
  expect(text()).not.toContain("Signed in");
});

test("no tab asks because of what it said itself", async () => {
  host.links.set("link", person("ada", "Rain"));
  await openPage("link");
  expect(host.asked.filter((one) => one === "POST link")).toHaveLength(1);
  await click("Sign out");
  expect(host.asked.at(-1)).toBe("DELETE");
});
