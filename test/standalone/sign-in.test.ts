import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../support/standalone-refusal.js";
import {
  type Answer,
  startWeb,
  type TestWeb,
} from "../support/standalone-web.js";

let web: TestWeb;
beforeEach(async () => {
  web = await startWeb();
});
afterEach(() => web.close());

describe("signing in", () => {
  test("with a token gives a session and its cookie", async () => {
    const { status, headers, body } = await web.signIn(web.ann.token);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    const { account_id } = web.ann.account;
    const session = {
      ...{ host_id: "host-1", account_id },
      ...{ name: "ann", hub: false, projects: [] },
    };
    expect(JSON.parse(body)).toEqual(session);
    const cookie = cookieOf(headers);
    expect(cookie.split("; ").slice(1).toSorted()).toEqual([
      "HttpOnly",
      "Max-Age=2592000",
      "Path=/",
      "SameSite=Strict",
    ]);
    expect(body + cookie).not.toContain(web.ann.token);

    const again = await withCookie(valueOf(cookie));
    expect(again.status).toBe(200);
    expect(JSON.parse(again.body)).toEqual(session);
    expect(again.headers["cache-control"]).toBe("no-store");
  });

  test("with a link works once", async () => {
    const link = web.tickets.issue("link", web.bob.account);
    const first = await web.signIn(link);
    expect(JSON.parse(first.body)).toMatchObject({ name: "bob" });
    const second = await web.signIn(link);
    expect(second.status).toBe(401);
    expect(refusal(second)).toContain("used already");
    expect(second.headers).not.toHaveProperty("set-cookie");
    // The session of the first use goes on.
    const cookie = valueOf(cookieOf(first.headers));
    expect((await withCookie(cookie)).status).toBe(200);
  });

  test("with a link that is too old, or with a cookie's ticket, is refused", async () => {
    const link = web.tickets.issue("link", web.bob.account);
    const ticket = web.tickets.issue("session", web.bob.account);
    expect((await web.signIn(ticket)).status).toBe(401);
    web.clock.forward(15 * 60_000);
    expect((await web.signIn(link)).status).toBe(401);
  });

  test("behind a proxy that speaks TLS gives a cookie for TLS only", async () => {
    const headers = {
      host: "backups.example.org",
      origin: "https://backups.example.org",
    };
    const answer = await web.signIn(web.ann.token, { headers });
    expect(cookieOf(answer.headers)).toMatch(/; Secure$/);
  });

  test.each([
    ["no JSON", "{", 400],
    ["JSON that is no object", '"token"', 400],
    ["a list", "[]", 401],
    ["null", "null", 400],
    ["no token", "{}", 401],
    ["an empty token", '{"token":""}', 401],
    ["a token that is no text", '{"token":{"$ne":null}}', 401],
    ["a field too many", '{"token":"x","hub":true}', 401],
    ["a token of 1001 letters", `{"token":"${"x".repeat(1001)}"}`, 401],
    ["5000 letters", `{"token":"${"x".repeat(5000)}"}`, 413],
    ["nothing", "", 401],
  ])("with %s is refused", async (_name, body, status) => {
    const headers = { "content-type": "application/json" };
    const asked = { method: "POST", path: "/session", headers, body };
    const answer = await web.ask(asked);
    expect(answer.status).toBe(status);
    refusal(answer);
    expect(answer.headers).not.toHaveProperty("set-cookie");
  });

  test("by a form is refused: any page can send one", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "content-type": type };
      const answer = await web.signIn(web.ann.token, { headers });
      expect(answer.status).toBe(401);
    }
  });

  test("in letters or a packing that we do not read is refused", async () => {
    const latin = { "content-type": "application/json; charset=klingon" };
    const packed = { "content-encoding": "x-strange" };
    for (const headers of [latin, packed]) {
      const answer = await web.signIn(web.ann.token, { headers });
      expect(answer.status).toBe(415);
      refusal(answer);
    }
  });

  test("with the right token works, however many wrong ones were tried", async () => {
    for (let n = 0; n < 200; n++) {
      expect((await web.signIn("wrong")).status).toBe(401);
    }
    expect((await web.signIn(web.ann.token)).status).toBe(200);
  });
});

describe("who is signed in", () => {
  const bearer = (authorization: string) =>
    web.ask({ path: "/session", headers: { authorization } });

  test("is told by a token too", async () => {
    const { status, body } = await bearer(`Bearer ${web.bob.token}`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ name: "bob" });
  });

  test("is nobody with a wrong token, even beside a good cookie", async () => {
    const { token, account } = web.ann;
    const ticket = web.tickets.issue("session", account);
    const link = web.tickets.issue("link", account);
    for (const wrong of ["wrong", ticket, link, account.token_sha256]) {
      const answer = await bearer(`Bearer ${wrong}`);
      expect(answer.status).toBe(401);
      expect(refusal(answer)).toBe("You are not signed in.");
    }
    expect((await bearer(token)).status).toBe(401);
    expect((await bearer(`Basic ${token}`)).status).toBe(401);
    const cookie = `project_backups_host-1=${ticket}`;
    const headers = { cookie, authorization: "Bearer wrong" };
    const both = await web.ask({ path: "/session", headers });
    expect(both.status).toBe(401);
  });

  test("is nobody with a cookie of another host, or that is no ticket", async () => {
    const ticket = web.tickets.issue("session", web.ann.account);
    const link = web.tickets.issue("link", web.ann.account);
    const name = "project_backups_host-1";
    for (const cookie of [
      `project_backups_host-2=${ticket}`,
      `project_backups_host-11=${ticket}`,
      `x${name}=${ticket}`,
      `${name}=${link}`,
      `${name}=${web.ann.token}`,
      `${name}="${ticket}"`,
      `${name}=`,
      name,
      ";;=;",
    ]) {
      expect((await withCookie(cookie)).status).toBe(401);
    }
    const among = `a=b; project_backups_host-2=x;${name}=${ticket}; c=d`;
    expect((await withCookie(among)).status).toBe(200);
  });

  test("is nobody when the session is over or the account removed", async () => {
    const signedIn = await web.signIn(web.ann.token);
    const anns = valueOf(cookieOf(signedIn.headers));
    const bobs = valueOf(cookieOf((await web.signIn(web.bob.token)).headers));
    await web.accounts.remove("bob");
    expect((await withCookie(bobs)).status).toBe(401);
    expect((await web.signIn(web.bob.token)).status).toBe(401);
    web.clock.forward(30 * 24 * 3_600_000 - 1);
    expect((await withCookie(anns)).status).toBe(200);
    web.clock.forward(1);
    expect((await withCookie(anns)).status).toBe(401);
  });

  test("is nobody after signing out, in this browser", async () => {
    const { headers: from } = await web.signIn(web.ann.token);
    const headers = { cookie: valueOf(cookieOf(from)) };
    const asked = { path: "/session", method: "DELETE", headers };
    const answer = await web.ask(asked);
    expect([answer.status, answer.body]).toEqual([204, ""]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const gone = cookieOf(answer.headers);
    expect(gone).toMatch(/^project_backups_host-1=; .*Max-Age=0/);
    expect((await withCookie(valueOf(gone))).status).toBe(401);
  });
});

describe("a broken accounts file", () => {
  test("signs nobody in, says so in the log, and the server goes on", async () => {
    const cookie = valueOf(cookieOf((await web.signIn(web.ann.token)).headers));
    const path = join(web.dataDir, "accounts.toml");
    writeFileSync(path, "[[account");
    const failed = [
      await web.signIn(web.ann.token),
      await withCookie(cookie),
      await web.ask({
        path: "/session",
        headers: { authorization: `Bearer ${web.ann.token}` },
      }),
    ];
    for (const answer of failed) {
      expect(answer.status).toBe(500);
      expect(refusal(answer)).toBe("The request failed.");
      expect(answer.headers).not.toHaveProperty("set-cookie");
    }
    expect(web.log).toHaveLength(failed.length);
    for (const line of web.log) expect(line).toContain(path);
    expect((await web.ask()).status).toBe(200);

    writeFileSync(path, "");
    expect((await withCookie(cookie)).status).toBe(401);
    const { token } = await web.accounts.add({ name: "new" });
    expect((await web.signIn(token)).status).toBe(200);
  });
});

function cookieOf(headers: Answer["headers"]): string {
  const [cookie, ...others] = headers["set-cookie"] ?? [];
  expect(others).toEqual([]);
  return String(cookie);
}

/** As a browser sends it back. */
const valueOf = (setCookie: string) => setCookie.split(";")[0] ?? "";

const withCookie = (cookie: string) =>
  web.ask({ path: "/session", headers: { cookie } });
