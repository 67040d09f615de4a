import { createVerify, generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";
import { type Location, locate } from "../../lib/repository/location.js";
import {
  askStorage,
  type SizedFile,
} from "../../lib/repository/storage/stored.js";
import { until } from "../support/until.js";
import { configOf, secretFile } from "./ground.js";
import { type Answering, listen } from "./http.js";

const id = "ab".repeat(32);
const pack: SizedFile = { folder: "data", id, size: 5 };

let server: Answering | undefined;

afterEach(() => server?.stop());

async function rest(answer: RequestListener): Promise<Location> {
  server = await listen(answer);
  const { url } = server;
  return locate(configOf({ kind: "rest", url: `${url}a host/` }).repository);
}

async function isStored(
  location: Location,
  files: SizedFile[] = [pack],
): Promise<boolean> {
  const asking = askStorage(location);
  try {
    return await asking.allStored(files);
  } finally {
    asking.close();
  }
}

const says =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_incoming, response) =>
    void response.writeHead(status, headers).end();

describe("a file is stored", () => {
  test("when the storage names its size", async () => {
    const location = await rest(says(200, { "content-length": "5" }));
    expect(await isStored(location)).toBe(true);
    expect(server?.requests).toEqual([`HEAD /a%20host/data/${id}`]);
  });

  test.each([
    ["another size", says(200, { "content-length": "4" })],
    ["no size", says(200, { "transfer-encoding": "chunked" })],
    ["not found", says(404, { "content-length": "5" })],
    ["part of it", says(206, { "content-length": "5" })],
    ["not changed", says(304, { "content-length": "5" })],
    ["look elsewhere", says(302, { location: "/", "content-length": "5" })],
  ])("not when the answer is: %s", async (_what, answer) => {
    const location = await rest(answer);
    expect(await isStored(location)).toBe(false);
    expect(server?.requests).toHaveLength(1);
  });

  test("only with all the others", async () => {
    const location = await rest((incoming, response) => {
      const length = incoming.url?.includes("/index/") ? 4 : 5;
      response.writeHead(200, { "content-length": String(length) }).end();
    });
    const other: SizedFile = { folder: "index", id, size: 5 };
    expect(await isStored(location, [pack, other])).toBe(false);
    expect(await isStored(location, [pack, { ...other, size: 4 }])).toBe(true);
  });
});

test("sixteen questions are on their way at once", async () => {
  let open = 0;
  let most = 0;
  const location = await rest((_incoming, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.writeHead(200, { "content-length": "5" }).end();
    }, 5);
  });
  const files = Array.from({ length: 200 }, () => pack);
  expect(await isStored(location, files)).toBe(true);
  expect(most).toBe(16);
});

test("who cancels does not wait for an answer", async () => {
  const location = await rest(() => {});
  const cancel = new AbortController();
  const asking = askStorage(location, cancel.signal);
  const asked = asking.allStored([pack]);
  await until(() => server?.requests.length === 1);
  cancel.abort();
  await expect(asked).rejects.toMatchObject({ code: "CANCELLED" });
  asking.close();
});

test("an answer that never ends is none", async () => {
  server = await listen((_incoming, response) => {
    response.writeHead(200);
    const more = () => response.write("x".repeat(10_000), () => more());
    response.on("error", () => {});
    more();
  });
  const endpoint = server.url;
  const gcs = { kind: "gcs", bucket: "backups", endpoint };
  const { repository } = configOf(gcs);
  await expect(isStored(locate(repository))).rejects.toMatchObject({
    code: "REPOSITORY_UNREACHABLE",
  });
});

test("a service account signs its questions itself", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  const account = {
    type: "service_account",
    client_email: "backups@example.iam.gserviceaccount.com",
    private_key_id: "key-1",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  let token = "";
  server = await listen((incoming, response) => {
    token = incoming.headers.authorization ?? "";
    response.end(JSON.stringify({ size: "5" }));
  });
  const { repository } = configOf({
    kind: "gcs",
    bucket: "backups",
    root: "hosts/one",
    endpoint: server.url,
    credential: secretFile(JSON.stringify(account)),
  });
  expect(await isStored(locate(repository))).toBe(true);
  const name = encodeURIComponent(`hosts/one/data/ab/${id}`);
  expect(server.requests).toEqual([
    `GET /storage/v1/b/backups/o/${name}?fields=size`,
  ]);
  const [header = "", claims = "", signature = ""] = token
    .replace("Bearer ", "")
    .split(".");
  const verify = createVerify("RSA-SHA256").update(`${header}.${claims}`);
  expect(verify.verify(publicKey, signature, "base64url")).toBe(true);
  const parsed = (part: string): unknown =>
    JSON.parse(Buffer.from(part, "base64url").toString());
  expect(parsed(header)).toMatchObject({ alg: "RS256", kid: "key-1" });
  expect(parsed(claims)).toMatchObject({
    iss: account.client_email,
    sub: account.client_email,
    aud: "https://storage.googleapis.com/",
  });
});
