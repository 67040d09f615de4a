/** A standalone host as a whole: who comes in, and what they reach. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isTerminal, type Job, projectSubject } from "../../conat-api/index.js";
import { eventsSubject, createClient } from "../../conat-api/index.js";
import { WebSocket } from "ws";
import { connect } from "../../conat-api/wire/index.js";
import { parseKit } from "../../lib/repository/index.js";
import { tempDir } from "../support/temp.js";
import {
  type ServedHostOptions,
  serveTestHost,
  type SignedIn,
  type TestServedHost,
} from "../support/served-host.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

let hosts: TestServedHost[] = [];

afterEach(async () => {
  for (const host of hosts) await host.close({ drainMs: 0 });
  hosts = [];
});

async function serve(options: ServedHostOptions = {}): Promise<TestServedHost> {
  const host = await serveTestHost(options);
  hosts.push(host);
  return host;
}

const denied = expect.objectContaining({ code: "PERMISSION_DENIED" });

async function ended({ api }: SignedIn, { project_id, job_id }: Job) {
  let job: Job | undefined;
  await until(async () => {
    ({ job } = await api.job({ project_id, job_id }));
    return isTerminal(job.state);
  }, 30_000);
  return job;
}

describeReal("over the wire", { needs: ["rustic"] }, () => {
  test("an owner starts a backup, hears of it and lists it", async () => {
    const host = await serve();
    const { project_id } = host;
    const owner = await host.signIn();
    const events = await owner.client.subscribe(eventsSubject(project_id));
    const states: unknown[] = [];
    const heard = (async () => {
      for await (const { data } of events) {
        states.push((data as Job).state);
        if (states.at(-1) === "succeeded") return;
      }
    })();
    const { job, joined } = await owner.api.start({ project_id });
    expect(joined).toBe(false);
    expect(await ended(owner, job)).toMatchObject({ state: "succeeded" });
    await heard;
    events.close();
    const { backups } = await owner.api.list({ project_id });
    expect(backups).toHaveLength(1);
  });

  test("a second host on the same repository lists and restores the backup", async () => {
    const first = await serve();
    const { project_id } = first;
    const owner = await first.signIn();
    const { job } = await owner.api.start({ project_id });
    const made = await ended(owner, job);

    const root = tempDir("second");
    const repository = join(first.root, "repository");
    const second = await serve({ root, repository });
    const kit = first.backups.tools.repositories.kit();
    await second.backups.tools.repositories.importKit(
      parseKit(JSON.stringify(kit)),
    );
    const hub = await second.signIn({ hub: true, everywhere: undefined });
    const asked = { project_id, refresh: true };
    await until(async () => {
      const { backups } = await hub.api.list(asked);
      return backups.some(({ backup_id }) => backup_id === made?.backup_id);
    }, 20_000);
    const path = join(root, "restored", "there");
    const { job: restore } = await hub.api.restore({
      project_id,
      backup_id: made?.backup_id ?? "",
      target: { type: "directory", path },
    });
    expect(await ended(hub, restore)).toMatchObject({ state: "succeeded" });
    const restored = join(path, "project", "notes.txt");
    expect(readFileSync(restored, "utf8")).toBe("important\n");
  });
});

test("a viewer and a stranger are told so, and hear nothing", async () => {
  const host = await serve();
  const { project_id } = host;
  const viewer = await host.signIn({ everywhere: "viewer" });
  const stranger = await host.signIn({ everywhere: undefined });
  for (const { api, client } of [viewer, stranger]) {
    await expect(api.list({ project_id })).rejects.toEqual(denied);
    await expect(api.start({ project_id })).rejects.toEqual(denied);
    await expect(
      client.subscribe(eventsSubject(project_id)),
    ).rejects.toMatchObject({ code: 403 });
  }
});

test("nobody calls as somebody else, or as the hub", async () => {
  const host = await serve();
  const { project_id, host_id } = host;
  const owner = await host.signIn();
  const { client } = await host.signIn({ everywhere: undefined });
  for (const subject of [
    `services.account-${owner.account.account_id}._.${project_id}._.project-backups`,
    `project-host.${host_id}.project-backups`,
    projectSubject(project_id),
  ]) {
    const api = createClient({ client, subject });
    await expect(api.status({ project_id })).rejects.toEqual(denied);
  }
});

test.each([
  ["a person", {}],
  ["a program of the hub", { hub: true, everywhere: undefined }],
])("%s who was removed is out at the next call", async (_who, asked) => {
  const host = await serve();
  const { project_id } = host;
  const { api, account } = await host.signIn(asked);
  await api.status({ project_id });
  await host.accounts.remove(account.name);
  await expect(api.status({ project_id })).rejects.toEqual(denied);
});

test("a name that is used again is somebody else", async () => {
  const host = await serve();
  const { project_id } = host;
  const asked = { name: "bot", hub: true, everywhere: undefined };
  const { api } = await host.signIn(asked);
  await host.accounts.remove("bot");
  const again = await host.signIn(asked);
  await expect(api.status({ project_id })).rejects.toEqual(denied);
  await again.api.status({ project_id });
});

test("an account cannot pass for this host itself", async () => {
  const host = await serve();
  const { add } = host.accounts;
  await expect(add({ name: "this host", hub: true })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});

test("a cookie signs the socket in, until it is signed out; a wrong one does not", async () => {
  const host = await serve();
  const { token } = await host.signIn();
  const session = `${host.url}/session`;
  const answer = await fetch(session, {
    method: "POST",
    headers: { "content-type": "application/json", origin: host.url },
    body: JSON.stringify({ token }),
  });
  const [cookie = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  const signsIn = async (value: string) => {
    const client = connect({ address: host.url, headers: { Cookie: value } });
    const signedIn = await client.signedIn().then(
      () => true,
      () => false,
    );
    client.close();
    return signedIn;
  };
  expect(await signsIn(cookie)).toBe(true);
  expect(await signsIn(`${cookie}x`)).toBe(false);
  await fetch(session, { method: "DELETE", headers: { cookie } });
  expect(await signsIn(cookie)).toBe(false);
  expect((await fetch(session, { headers: { cookie } })).status).toBe(401);
});

test.each([
  ["another site", { Origin: "https://elsewhere.example" }],
  ["a page without an origin", { Origin: "null" }],
  ["a name that somebody points here", { Host: "rebound.example" }],
])("a socket of %s is not let in", async (_who, headers) => {
  const host = await serve();
  const url = `${host.url.replace("http", "ws")}/conat/?EIO=4&transport=websocket`;
  const knock = (given: Record<string, string>) =>
    new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(url, { headers: given });
      socket.on("open", () => {
        resolve(101);
        socket.terminate();
      });
      socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode);
        socket.terminate();
      });
      socket.on("error", () => {});
    });
  expect(await knock({})).toBe(101);
  expect(await knock(headers)).toBe(403);
});

test("a port that is taken is a sentence", async () => {
  const host = await serve();
  const port = Number(new URL(host.url).port);
  await expect(serve({ port })).rejects.toMatchObject({ code: "CONFLICT" });
});

test("closing frees the port, and another start goes on with the rows", async () => {
  const host_id = randomUUID();
  const root = tempDir("again");
  const first = await serve({ root, host_id });
  const { project_id, url } = first;
  const port = Number(new URL(url).port);
  const jobs = first.backups.tools.store.jobs.list({ limit: 10 });
  expect(jobs).toEqual([]);
  const { job } = await first.backups.handlers(
    "start",
    { type: "local" },
    { project_id },
  );
  await first.close({ drainMs: 0 });
  hosts = [];
  await expect(fetch(`${url}/session`)).rejects.toThrow("fetch failed");

  const second = await serve({ root, host_id, port });
  expect(second.backups.tools.store.jobs.get(job.job_id)).toBeDefined();
  expect(second.url).toBe(url);
});
