import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  answer,
  dropBeforeRead,
  type Exchange,
  halve,
  misplace,
  redirect,
} from "../support/fault-proxy.js";
import { identifyProcess } from "../../lib/process-identity.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { makeUnrulyRustic } from "../support/unruly-rustic.js";
import {
  type Remote,
  type RemoteKind,
  createServers,
} from "./remote-ground.js";

const needs = ["rustic", "rclone", "versitygw", "fake-gcs-server"] as const;

/** How each kind of storage is written to, as the client sees it. */
const writes = { rest: "POST", s3: "PUT", gcs: "POST" } as const;
/** An upload that is answered as if it were stored. */
const swallowed = {
  rest: answer(200),
  s3: answer(200, { etag: '"d41d8cd98f00b204e9800998ecf8427e"' }),
  // Its reply says much of what was stored.
  gcs: misplace,
};
const kinds = ["rest", "s3", "gcs"] as const;

const lacking = {
  code: "REPOSITORY_DAMAGED",
  summary: "The repository does not hold all that this backup needs.",
};
const unkept = {
  code: "REPOSITORY_UNREACHABLE",
  summary: "The repository did not keep the backup that it was sent.",
};

const servers = createServers();
let remote: Remote;

afterEach(() => remote.stop());
afterAll(() => servers.stop());

async function start(kind: RemoteKind, options = {}): Promise<Remote> {
  remote = await servers.start(kind, options);
  return remote;
}

/** The repository was listed: the short way did not do. */
const listed = ({ proxy }: Remote) => proxy.requests.includes("GET data/");

/** One that backed up before: what it finds there is proven. */
async function startKnown(kind: RemoteKind, options = {}): Promise<Remote> {
  const started = await start(kind, options);
  await started.backUp({ "first.txt": "first notes\n" });
  started.proxy.requests.length = 0;
  return started;
}

function marks({ opening }: Remote): string[] {
  return readdirSync(join(opening.dataDir, "unproven/main"));
}

describeReal("a backup over the network", { needs }, () => {
  test.each(kinds)("is proven by its own files (%s)", async (kind) => {
    const { backUp, proxy } = await startKnown(kind);
    await backUp({ "notes.txt": "other notes\n" });
    const asks = kind === "gcs" ? "GET" : "HEAD";
    const asked = (folder: string) =>
      proxy.requests.filter((one) => one === `${asks} ${folder}`).length;
    expect(asked("data")).toBeGreaterThanOrEqual(2);
    expect(asked("index")).toBeGreaterThanOrEqual(1);
    expect(asked("snapshots")).toBeGreaterThanOrEqual(1);
    expect(listed(remote)).toBe(false);
    expect(marks(remote)).toEqual([]);
    expect(readdirSync(join(remote.opening.dataDir, "run"))).toEqual([]);
  });

  test.each(
    kinds.flatMap((kind) => [
      [kind, "data", lacking] as const,
      [kind, "index", lacking] as const,
      [kind, "snapshots", unkept] as const,
    ]),
  )("that %s did not keep the %s of fails", async (kind, folder, error) => {
    const { backUp, proxy } = await start(kind);
    const on = `${writes[kind]} ${folder}`;
    proxy.arm([{ on, fault: swallowed[kind] }]);
    const failed = backUp({ "notes.txt": "some notes\n" });
    await expect(failed).rejects.toMatchObject(error);
    expect(marks(remote)).toHaveLength(1);
  });

  test.each(["data", "index"])(
    "that REST kept only half of the %s of fails",
    async (folder) => {
      const { backUp, proxy } = await start("rest");
      proxy.arm([{ on: `POST ${folder}`, fault: halve }]);
      const failed = backUp({ "notes.txt": "some notes\n" });
      await expect(failed).rejects.toMatchObject(lacking);
    },
  );

  test("with a name that forges rustic's log is proven all the same", async () => {
    const { backUp } = await startKnown("rest");
    const forged = (kind: string) =>
      `a\n2026-01-01T00:00:00Z [TRACE] - writing tpe: ${kind}, id: abcdef01\n`;
    await backUp({ [forged("Index")]: "1", [forged("Pack")]: "2" });
    expect(listed(remote)).toBe(true);
    expect(marks(remote)).toEqual([]);
  });

  test.each([
    ["is redirected", redirect(307, "/elsewhere")],
    ["gets no reply", dropBeforeRead],
    ["is refused", answer(403)],
  ])("whose question %s is proven by rustic", async (_how, fault) => {
    const { backUp, proxy } = await startKnown("rest");
    proxy.arm([{ on: "HEAD data", fault }]);
    await backUp({ "notes.txt": "some notes\n" });
    expect(listed(remote)).toBe(true);
  });

  test("through a proxy that we cannot use is proven by rustic", async () => {
    const { backUp, proxy } = await startKnown("rest", { direct: false });
    await backUp({ "notes.txt": "some notes\n" });
    expect(proxy.requests).not.toContain("HEAD data");
    expect(listed(remote)).toBe(true);
  });

  test.each(["gone", "not readable"])(
    "is proven by rustic when what was proven is %s",
    async (how) => {
      const { backUp, opening } = await startKnown("rest");
      const path = join(opening.dataDir, "proven/main.json");
      if (how === "gone") rmSync(path);
      else writeFileSync(path, "[");
      await backUp({ "notes.txt": "some notes\n" });
      expect(listed(remote)).toBe(true);
    },
  );

  test("is not damaged because rustic was killed while it looked", async () => {
    const rustic = makeUnrulyRustic();
    const { backUp } = await start("rest", { binary: rustic.path });
    rustic.behave("kill -KILL $$", "check");
    const files = { "notes.txt": "some notes\n" };
    await expect(backUp(files)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
    });
    expect(marks(remote)).toHaveLength(1);
    rustic.tame();
    await backUp(files);
    expect(marks(remote)).toEqual([]);
  });

  test("can be cancelled while its proof waits for an answer", async () => {
    const { backUp, proxy } = await startKnown("rest");
    const cancel = new AbortController();
    const fault = ({ incoming }: Exchange) => {
      incoming.resume();
      cancel.abort();
    };
    proxy.arm([{ on: "HEAD data", fault }]);
    const files = { "notes.txt": "some notes\n" };
    await expect(backUp(files, cancel)).rejects.toMatchObject({
      code: "CANCELLED",
    });
    expect(listed(remote)).toBe(false);
  });
});

describeReal("a repository that lost a pack", { needs }, () => {
  const files = { "notes.txt": "some notes\n" };

  async function spoiled(): Promise<Remote> {
    const started = await start("rest");
    started.proxy.arm([{ on: "POST data", times: 1, fault: swallowed.rest }]);
    await expect(started.backUp(files)).rejects.toMatchObject(lacking);
    return started;
  }

  test("proves no backup that needs it, but others", async () => {
    const { backUp } = await spoiled();
    // rustic uploads nothing of it again: its index names the pack.
    await expect(backUp(files)).rejects.toMatchObject(lacking);
    await backUp({ "other.txt": "other notes\n" });
    await expect(backUp(files)).rejects.toMatchObject(lacking);
  });

  test.each(["knows", "does not know"])(
    "proves none of another host that %s the rest of it",
    async (how) => {
      const { backUp, another, proxy } = await startKnown("rest");
      const other = await another();
      if (how === "knows") await other.backUp({ "other.txt": "other notes\n" });
      proxy.arm([{ on: "POST data", fault: swallowed.rest }]);
      await expect(backUp(files)).rejects.toMatchObject(lacking);
      proxy.arm([]);
      await expect(other.backUp(files)).rejects.toMatchObject(lacking);
      await expect(other.backUp(files)).rejects.toMatchObject(lacking);
    },
  );

  test("is looked through once for what another host wrote", async () => {
    const { backUp, another, proxy } = await startKnown("rest");
    const other = await another();
    await other.backUp({ "other.txt": "other notes\n" });
    for (const looks of [true, false]) {
      proxy.requests.length = 0;
      await backUp({ "notes.txt": `notes ${looks}\n` });
      expect(listed(remote)).toBe(looks);
    }
  });

  test("is trusted again when its index was repaired", async () => {
    const { backUp, opening, proxy } = await spoiled();
    const { rustic, location, paths } = opening;
    const args = ["repair", "index"];
    const repair = { action: "repair", args, parse: () => true as const };
    await rustic.call(location, { keyFile: paths.key }, repair);
    await backUp(files);
    expect(marks(remote)).toEqual([]);
    proxy.requests.length = 0;
    await backUp({ ...files, more: "more" });
    expect(listed(remote)).toBe(false);
  });

  test("has backups that are whole and such that are not", async () => {
    const { backUp, proxy, repository } = await start("rest");
    const whole = await backUp({ "other.txt": "other notes\n" });
    proxy.arm([{ on: "POST data", times: 1, fault: swallowed.rest }]);
    await expect(backUp(files)).rejects.toMatchObject(lacking);
    const ids = await repository.ids();
    const broken = ids.find((id) => id !== whole) ?? "";
    await repository.prove(whole);
    await expect(repository.prove(broken)).rejects.toMatchObject(lacking);
    const absent = repository.prove("ab".repeat(32));
    await expect(absent).rejects.toMatchObject(unkept);
  });
});

describeReal("a mark", { needs }, () => {
  /** As a backup that is not proven leaves it; `pid` 1 is dead. */
  function mark(log: string, { pid, started } = { pid: 1, started: 1 }) {
    const directory = join(remote.opening.dataDir, "unproven/main");
    mkdirSync(directory, { recursive: true });
    const logFile = join(tempDir("log"), "log");
    writeFileSync(logFile, log);
    writeFileSync(join(directory, `${pid}-${started}-other`), logFile);
  }

  const wrote = (time: string) =>
    `${time} [TRACE] - writing tpe: Index, id: 00000001\n`;

  test("of a host that died makes the next backup look, once", async () => {
    const { backUp, proxy } = await start("rest");
    mark("");
    await backUp({ "notes.txt": "some notes\n" });
    expect(listed(remote)).toBe(true);
    expect(marks(remote)).toEqual([]);
    proxy.requests.length = 0;
    await backUp({ "notes.txt": "other notes\n" });
    expect(listed(remote)).toBe(false);
  });

  test.each([
    ["wrote what this one may have read", wrote("2026-01-01T00:00:00Z"), true],
    ["wrote later than this one read", wrote("9999-01-01T00:00:00Z"), false],
    ["wrote nothing yet", "", false],
  ])("of another backup that %s", async (_what, log, looks) => {
    const { backUp } = await startKnown("rest");
    mark(log, identifyProcess(process.pid));
    await backUp({ "notes.txt": "some notes\n" });
    expect(listed(remote)).toBe(looks);
    expect(marks(remote)).toHaveLength(1);
  });

  test("is not left by a backup that wrote nothing", async () => {
    const { backUp, proxy, opening } = await start("rest");
    opening.location.options["retry"] = "off";
    proxy.arm([{ on: "POST data", fault: answer(403) }]);
    const files = { "notes.txt": "some notes\n" };
    await expect(backUp(files)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
    });
    expect(marks(remote)).toEqual([]);
  });

  test("a server that cannot be asked leaves the question open", async () => {
    const { backUp, proxy, repository, opening } = await start("rest");
    const backup_id = await backUp({ "notes.txt": "some notes\n" });
    opening.location.options["retry"] = "off";
    proxy.arm([{ on: "GET *", fault: answer(503) }]);
    await expect(repository.prove(backup_id)).rejects.toMatchObject({
      code: "REPOSITORY_UNREACHABLE",
    });
  });
});
