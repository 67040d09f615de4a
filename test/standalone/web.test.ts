import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { refusal } from "../support/standalone-refusal.js";
import { startWeb, type TestWeb } from "../support/standalone-web.js";

let web: TestWeb;
beforeEach(async () => {
  web = await startWeb();
});
afterEach(() => web.close());

const nonceIn = (policy: unknown) =>
  /'nonce-([^']+)'/.exec(String(policy))?.[1] ?? "";

describe("every answer", () => {
  const foreign = { host: "evil.example" };
  const asset = "/assets/main-1a2b.js";
  test.each([
    ["the page", {}, 200],
    ["an asset", { path: asset }, 200],
    ["a session that is not there", { path: "/session" }, 401],
    ["what is not there", { path: "/nothing" }, 404],
    ["an asset that is not there", { path: "/assets/nothing" }, 404],
    ["a name that is not ours", { headers: foreign }, 403],
  ])("to %s has every header", async (_name, asked, status) => {
    const { headers, ...answer } = await web.ask(asked);
    expect(answer.status).toBe(status);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("strict-transport-security");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    const policy = String(headers["content-security-policy"]);
    const nonce = nonceIn(policy);
    expect(Buffer.from(nonce, "base64")).toHaveLength(16);
    expect(policy.split(";").toSorted()).toEqual(
      [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].toSorted(),
    );
  });
});

describe("the page", () => {
  test("names the number of its own answer, and no two are the same", async () => {
    const answers = [await web.ask(), await web.ask()];
    const nonces = answers.map(({ headers, body }) => {
      const nonce = nonceIn(headers["content-security-policy"]);
      expect(body).toBe(
        `<meta name="csp-nonce" content="${nonce}" /><p>${nonce}</p>`,
      );
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  test("is HTML that nobody keeps", async () => {
    const { headers } = await web.ask();
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    const head = await web.ask({ method: "HEAD" });
    expect([head.status, head.body]).toEqual([200, ""]);
  });

  test("has assets that are kept for ever", async () => {
    const { headers, body } = await web.ask({ path: "/assets/main-1a2b.js" });
    expect(body).toBe("export {};\n");
    expect(headers["cache-control"]).toBe(
      "public, max-age=31536000, immutable",
    );
    expect(headers["content-type"]).toMatch(/^text\/javascript/);
  });
});

describe("a file that is no asset", () => {
  test.each([
    "/secret.txt",
    "/index.html",
    "/assets/../secret.txt",
    "/assets/..%2fsecret.txt",
    "/assets/..%5csecret.txt",
    "/assets/%2e%2e/secret.txt",
    "/assets/%2e%2e%2fsecret.txt",
    "/assets/deep/../../secret.txt",
    "/assets/%252e%252e/secret.txt",
    "/assets//etc/passwd",
    "/assets/....//secret.txt",
    "/assets/.hidden",
    "/assets/deep",
    "/assets/deep/",
    "/assets/",
    "/assets",
    "/assets/main-1a2b.js%00.txt",
    "/assets/%E0%A4%A",
    "//evil.example/",
    "/..",
  ])("is not served at %s", async (path) => {
    const answer = await web.ask({ path });
    expect(answer.status).toBe(404);
    expect(refusal(answer)).toMatch(/^There is no such/);
    expect(answer.headers).not.toHaveProperty("location");
  });
});

test.each([
  ["POST", "/"],
  ["DELETE", "/"],
  ["OPTIONS", "/"],
  ["PUT", "/session"],
  ["PATCH", "/session"],
  ["OPTIONS", "/session"],
  ["TRACE", "/session"],
  ["POST", "/assets/main-1a2b.js"],
  ["PROPFIND", "/assets/"],
])("%s %s is nothing that there is", async (method, path) => {
  const answer = await web.ask({ method, path });
  expect(answer.status).toBe(404);
  refusal(answer);
});

test("a range that an asset does not have is refused, and not kept", async () => {
  const answer = await web.ask({
    path: "/assets/main-1a2b.js",
    headers: { range: "bytes=1000-2000" },
  });
  expect(answer.status).toBe(416);
  expect(refusal(answer)).toBe("The request failed.");
});

describe("who may ask", () => {
  test("nobody by another name, nor from another site", async () => {
    const { token } = web.ann;
    for (const headers of [
      { host: "evil.example" },
      { origin: "http://evil.example" },
      { origin: "null" },
    ]) {
      for (const path of ["/", "/session", "/assets/main-1a2b.js"]) {
        const authorization = `Bearer ${token}`;
        const all = { authorization, ...headers };
        const answer = await web.ask({ path, headers: all });
        expect(answer.status).toBe(403);
        expect(refusal(answer)).toContain("--name");
      }
      const signedIn = await web.signIn(token, { headers });
      expect(signedIn.status).toBe(403);
      expect(signedIn.headers).not.toHaveProperty("set-cookie");
    }
  });

  test("pages of this host may", async () => {
    const { token } = web.ann;
    for (const headers of [
      { origin: `http://${web.host}` },
      { host: "backups.example.org", origin: "https://backups.example.org" },
    ]) {
      expect((await web.signIn(token, { headers })).status).toBe(200);
    }
  });

  test("nobody without a Host", async () => {
    const [host = "", port] = web.host.split(":");
    const socket = connect(Number(port), host);
    socket.end("GET / HTTP/1.0\r\n\r\n");
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});
