import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  refusal,
  type ServedEngine,
  serveTestEngine,
} from "../support/callers.js";
import { self } from "../support/job-rows.js";

let served: ServedEngine;
let project_id: string;
let other: string;
let root: string;

beforeAll(async () => {
  served = await serveTestEngine({ projects: 2 });
  const { engine } = served;
  [project_id, other] = engine.projects as [string, string];
  root = engine.root;
});
afterAll(() => served.engine.close());

/** Hosts of one test, closed after it however it ends. */
const others: ServedEngine[] = [];
afterEach(async () => {
  for (const { engine } of others.splice(0)) await engine.close();
});

const backup_id = "0a".repeat(32);
const inPlace = { type: "in_place" } as const;

const restoreTo = (path: string, id = backup_id) =>
  served.client(served.hub).restore({
    project_id,
    backup_id: id,
    target: { type: "directory", path },
  });

const jobCount = async () =>
  (await served.engine.local("jobs", { project_id })).jobs.length;

describe("a target directory is refused, and no job is made,", () => {
  test.each([
    ["outside of the configured directories", "elsewhere/new"],
    ["the configured directory itself", "restored"],
    ["a neighbour whose name begins alike", "restored-too/new"],
    ["below a link that leads outside", "restored/link/new"],
    ["below a link to a link that leads outside", "restored/link2/new"],
    ["the project itself", "projects"],
    ["the root", "/"],
  ])("%s: PERMISSION_DENIED", async (_what, path) => {
    mkdirSync(join(root, "elsewhere"), { recursive: true });
    mkdirSync(join(root, "restored-too"), { recursive: true });
    linkOnce(join(root, "elsewhere"), join(root, "restored/link"));
    linkOnce("link", join(root, "restored/link2"));
    const before = await jobCount();
    const full = path === "/" ? path : join(root, path);
    expect((await refusal(restoreTo(full))).code).toBe("PERMISSION_DENIED");
    expect(await jobCount()).toBe(before);
  });

  test.each([
    ["a directory that is not empty", "full"],
    ["a file", "file"],
    ["a link to a directory that is not empty", "link-to-full"],
  ])("%s: CONFLICT", async (_what, name) => {
    mkdirSync(join(root, "restored/full/inner"), { recursive: true });
    writeFileSync(join(root, "restored/file"), "");
    linkOnce("full", join(root, "restored/link-to-full"));
    const before = await jobCount();
    const { code } = await refusal(restoreTo(join(root, "restored", name)));
    expect(code).toBe("CONFLICT");
    expect(await jobCount()).toBe(before);
  });

  test("below a parent that is not there: NOT_FOUND", async () => {
    const missing = join(root, "restored/no");
    const { code, message } = await refusal(restoreTo(join(missing, "new")));
    expect(code).toBe("NOT_FOUND");
    expect(message).toContain(missing);
  });

  test.each([
    ["relative", "restored/new"],
    ["with ..", "/restored/../../etc/new"],
    ["with NUL", "/restored/new\0"],
    ["empty", ""],
  ])("%s: INVALID_ARGUMENT, by the host as well", async (_what, path) => {
    const target = { type: "directory", path };
    const reply = served.bus.request({
      subject: served.hub,
      name: "restore",
      args: [{ project_id, backup_id, target }],
    });
    expect((await refusal(reply)).code).toBe("INVALID_ARGUMENT");
  });
});

test("a parent that becomes a link after the answer is refused by the job", async () => {
  const { engine } = served;
  const { backup_id: id } = await engine.backup(project_id);
  const [parent, outside] = [join(root, "restored/p"), join(root, "outside")];
  mkdirSync(parent);
  mkdirSync(outside);
  const { job } = await restoreTo(join(parent, "new"), id);
  // The answer comes before the job begins.
  renameSync(parent, `${parent}-away`);
  symlinkSync(outside, parent);
  const row = await engine.ended(job);
  expect(row).toMatchObject({
    state: "failed",
    error_code: "PERMISSION_DENIED",
  });
  expect(readdirSync(outside)).toEqual([]);
});

test("a host that is root only by a prefix refuses to restore in place", async () => {
  const host = { privileged: ["sudo", "-n"] };
  const idle = await serveTestEngine({ work: false, host });
  others.push(idle);
  const input = { project_id: idle.engine.projects[0] as string, backup_id };
  const hub = idle.client(idle.hub);
  const getuid = jest.spyOn(process, "getuid").mockReturnValue(1000);
  const refused = await refusal(hub.restore({ ...input, target: inPlace }));
  getuid.mockRestore();
  expect(refused.code).toBe("INVALID_ARGUMENT");
  expect(refused.message).toContain("does not run as root");
  // As root the prefix is not needed.
  const { job } = await hub.restore({ ...input, target: inPlace });
  expect(job.state).toBe("pending");
});

test("where the old tree is kept is for the hub and the command line", async () => {
  const idle = await serveTestEngine({ work: false });
  others.push(idle);
  const id = idle.engine.projects[0] as string;
  const { job } = await idle.engine.local("restore", {
    ...{ project_id: id, backup_id, target: inPlace },
  });
  const { store } = idle.engine.backups.tools;
  store.jobs.claim({ owner: self, cap: 1, now: Date.now() });
  store.jobs.note(job.job_id, { kept_at: "/srv/kept" });
  const asked = { project_id: id, job_id: job.job_id };
  const seen = async (subject: string) => {
    const client = idle.client(subject);
    const { jobs } = await client.jobs({ project_id: id });
    const { current } = await client.status({ project_id: id });
    const one = await client.job(asked);
    return [jobs[0], current, one.job].map((found) => found?.kept_at);
  };
  const kept = Array.from({ length: 3 }, () => "/srv/kept");
  expect(await seen(idle.hub)).toEqual(kept);
  expect((await idle.engine.local("job", asked)).job.kept_at).toBe("/srv/kept");
  const nothing = [null, null, null];
  expect(await seen(idle.account(id, "owner"))).toEqual(nothing);
  store.jobs.settle(job.job_id, { state: "failed", now: 1 });
});

test("a project has one restore at a time, waiting or running", async () => {
  const idle = await serveTestEngine({ work: false });
  others.push(idle);
  const id = idle.engine.projects[0] as string;
  const owner = idle.client(idle.account(id, "owner"));
  const input = { project_id: id, backup_id, target: inPlace };
  const { job } = await owner.restore(input);
  const { code, message } = await refusal(idle.client(idle.hub).restore(input));
  expect(code).toBe("CONFLICT");
  expect(message).toContain("cancel");
  await owner.cancel({ project_id: id, job_id: job.job_id });
  expect((await owner.restore(input)).job.job_id).not.toBe(job.job_id);
});

describe("the backup of another project", () => {
  let foreign: string;
  let unknown: { code: string | null; message: string | null };

  const ask = async (from: ServedEngine, id: string) => {
    const { job } = await from.client(from.hub).restore({
      project_id,
      backup_id: id,
      target: inPlace,
    });
    const { state, error_code, error_message } = await from.engine.ended(job);
    expect(state).toBe("failed");
    return { code: error_code, message: error_message };
  };

  beforeAll(async () => {
    ({ backup_id: foreign } = await served.engine.backup(other));
    unknown = await ask(served, randomBytes(32).toString("hex"));
  });

  test("that the rows know is refused at once, and no job is made", async () => {
    const before = await jobCount();
    const reply = served
      .client(served.hub)
      .restore({ project_id, backup_id: foreign, target: inPlace });
    expect((await refusal(reply)).code).toBe("NOT_FOUND");
    expect(await jobCount()).toBe(before);
  });

  test("that the rows know is NOT_FOUND, in the words of an unknown one", async () => {
    const reply = served
      .client(served.account(project_id, "owner"))
      .restore({ project_id, backup_id: foreign, target: inPlace });
    const refused = await refusal(reply);
    expect(refused).toEqual(unknown);
    expect(refused.code).toBe("NOT_FOUND");
  });

  test("that only the repository knows is NOT_FOUND, in the same words", async () => {
    const fresh = await otherHost();
    expect(await ask(fresh, foreign)).toEqual(unknown);
    const { engine } = fresh;
    expect(engine.stopped).toEqual([]);
    const notes = join(engine.projectDir(project_id), "notes.txt");
    expect(readFileSync(notes, "utf8")).toBe("as it is on the new host\n");
  });

  test("while one of the project is restored by a host without any rows", async () => {
    const { backup_id: own } = await served.engine.backup(project_id);
    const fresh = await otherHost();
    const { job } = await fresh.client(fresh.hub).restore({
      project_id,
      backup_id: own,
      target: inPlace,
    });
    expect((await fresh.engine.ended(job)).state).toBe("succeeded");
    expect(fresh.engine.stopped).toEqual([project_id]);
    const notes = join(fresh.engine.projectDir(project_id), "notes.txt");
    expect(readFileSync(notes, "utf8")).toContain("notes of");
  });
});

/** A new host with the keys of the repository, where `project_id` lives now. */
async function otherHost(): Promise<ServedEngine> {
  const { engine } = served;
  const fresh = await serveTestEngine({
    projects: 0,
    config: {
      repository: { kind: "local", path: join(engine.root, "repository") },
    },
  });
  others.push(fresh);
  const directory = fresh.engine.projectDir(project_id);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "notes.txt"), "as it is on the new host\n");
  fresh.engine.paths.set(project_id, { subvolume: directory });
  const keys = (dataDir: string) => join(dataDir, "keys");
  cpSync(keys(engine.host.dataDir), keys(fresh.engine.host.dataDir), {
    recursive: true,
  });
  return fresh;
}

function linkOnce(target: string, path: string): void {
  if (!existsSync(path)) symlinkSync(target, path);
}
