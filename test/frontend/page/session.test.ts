/** @jest-environment <rootDir>/test/support/browser-environment.ts */

import {
  readSession,
  signIn,
  signOut,
  takeToken,
} from "../../../frontend/page/session.js";
import { PageHost, response, someSession } from "../../support/page-host.js";

let host: PageHost;

beforeEach(() => {
  host = new PageHost();
  host.install();
});

const answerWith = (...answers: Response[]) =>
  Object.assign(window, { fetch: async () => answers.shift() });

test("a token is taken out of the address, and nothing else is", () => {
  window.history.replaceState(null, "", "/?a=b#token=link.1_-");
  expect(takeToken(window)).toBe("link.1_-");
  expect(window.location.href).toBe("http://localhost/?a=b");
  window.history.replaceState(null, "", "/#a-project");
  expect(takeToken(window)).toBeUndefined();
  expect(window.location.hash).toBe("#a-project");
});

test("the session is whose cookie it is", async () => {
  expect(await readSession()).toEqual({ type: "signed-out" });
  const session = (host.signedIn = someSession());
  expect(await readSession()).toEqual({ type: "signed-in", session });
});

test.each([
  ["a host that fails", response(503, { error: "no" })],
  ["something else that refuses", response(403, { error: "no" })],
  ["a page of something else", response(200)],
  ["an answer of another shape", response(200, { name: "ada" })],
])("%s says nothing of the sign-in", async (_what, answer) => {
  answerWith(answer);
  expect(await readSession()).toEqual({ type: "unreachable" });
});

test("a refused token says why", async () => {
  expect(await signIn("wrong")).toEqual({
    type: "signed-out",
    reason: "The link was used.",
  });
  answerWith(response(413), response(401));
  const { reason } = (await signIn("long")) as { reason?: string };
  expect(reason).toBe("It was refused.");
});

test("a used link changes nothing for who is signed in", async () => {
  const session = (host.signedIn = someSession());
  expect(await signIn("used")).toEqual({ type: "signed-in", session });
});

test("a token is not refused by a host that does not answer", async () => {
  host.away = true;
  expect(await signIn("link")).toEqual({ type: "unreachable" });
  answerWith(response(502));
  expect(await signIn("link")).toEqual({ type: "unreachable" });
});

test("a sign-out is one only when the host says so", async () => {
  expect(await signOut()).toBe(true);
  answerWith(response(502));
  expect(await signOut()).toBe(false);
  host.install();
  host.away = true;
  expect(await signOut()).toBe(false);
});
