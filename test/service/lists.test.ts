import type { Backup } from "../../conat-api/index.js";
import {
  refusal,
  type ServedEngine,
  serveTestEngine,
} from "../support/callers.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";
import { someBackup } from "../support/wire-values.js";

const repository_id = knownRepositoryId;

let served: ServedEngine;
let project_id: string;
let other: string;

beforeAll(async () => {
  served = await serveTestEngine({ projects: 2, work: false });
  const { engine } = served;
  [project_id, other] = engine.projects as [string, string];
  for (const id of [project_id, other]) {
    for (let count = 0; count < 7; count += 1) {
      const { job } = await engine.local("start", { project_id: id });
      const { job_id } = job;
      await engine.local("cancel", { project_id: id, job_id });
    }
  }
  knowBackups(engine, [
    // Three at the same millisecond: the id decides between them.
    ...[1000, 2000, 2000, 2000, 3000].map((time, at) => backupOf(at, time)),
    { ...backupOf(9, 2000), project_id: other },
  ]);
});
afterAll(() => served.engine.close());

const client = () => served.client(served.hub);

function backupOf(index: number, time: number): Backup {
  const backup_id = `${index}f`.repeat(32);
  return someBackup({ backup_id, repository_id, project_id, time });
}

describe("pages of jobs", () => {
  test.each([1, 3, 7])(
    "of %d hold every job once, newest first",
    async (limit) => {
      const seen = await pages(async (cursor) => {
        const reply = await client().jobs({ project_id, limit, ...cursor });
        expect(reply.jobs.length).toBeLessThanOrEqual(limit);
        return { items: reply.jobs, next: reply.cursor };
      });
      expect(seen).toHaveLength(7);
      expect(new Set(seen.map(({ job_id }) => job_id)).size).toBe(7);
      expect(seen.every((job) => job.project_id === project_id)).toBe(true);
      const times = seen.map(({ created_at }) => created_at);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    },
  );

  test("show one state only, when asked", async () => {
    const { job } = await client().start({ project_id });
    const pending = await client().jobs({ project_id, state: "pending" });
    expect(pending.jobs).toEqual([job]);
    const done = await client().jobs({ project_id, state: "succeeded" });
    expect(done).toEqual({ jobs: [], cursor: null });
    await client().cancel({ project_id, job_id: job.job_id });
  });

  test("tell nothing of how the host runs a job", async () => {
    const { jobs } = await client().jobs({ project_id, limit: 1 });
    const raw = await served.bus.request({
      subject: served.hub,
      name: "jobs",
      args: [{ project_id, limit: 1 }],
    });
    expect(raw).toMatchObject({ jobs });
    for (const field of ["seq", "owner_pid", "group_pid", "stage", "journal"]) {
      expect(JSON.stringify(raw)).not.toContain(`"${field}"`);
    }
  });
});

describe("pages of backups", () => {
  test.each([1, 2, 5])(
    "of %d hold every backup once, newest first",
    async (limit) => {
      const seen = await pages(async (cursor) => {
        const reply = await client().list({ project_id, limit, ...cursor });
        expect(reply.backups.length).toBeLessThanOrEqual(limit);
        return { items: reply.backups, next: reply.cursor };
      });
      expect(seen.map(({ backup_id }) => backup_id[0])).toEqual([
        "4",
        "3",
        "2",
        "1",
        "0",
      ]);
    },
  );

  test("say when the repository was read", async () => {
    const reply = await client().list({ project_id });
    expect(reply).toMatchObject({ as_of: 4711, refreshing: false });
  });
});

describe("a cursor", () => {
  test.each([
    "",
    "x",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    " 1",
    "1\n",
    "9".repeat(16),
    "1; DROP TABLE jobs",
    `1-${"0a".repeat(31)}`,
    `1-${"0A".repeat(32)}`,
    `1-${"0a".repeat(32)}-`,
    `-1-${"0a".repeat(32)}`,
    "x".repeat(201),
  ])("%p was never given and is refused", async (cursor) => {
    for (const reply of [
      client().jobs({ project_id, cursor }),
      client().list({ project_id, cursor }),
    ]) {
      const { code, message } = await refusal(reply);
      expect(code).toBe("INVALID_ARGUMENT");
      expect(message).toMatch(/^cursor: /);
    }
  });

  test("of one list is refused by the other", async () => {
    const jobs = await client().jobs({ project_id, limit: 1 });
    const backups = await client().list({ project_id, limit: 1 });
    const wrong = [
      client().list({ project_id, cursor: jobs.cursor as string }),
      client().jobs({ project_id, cursor: backups.cursor as string }),
    ];
    for (const reply of wrong) {
      expect((await refusal(reply)).code).toBe("INVALID_ARGUMENT");
    }
  });

  test("that was forged shows nothing of another project", async () => {
    const jobs = await client().jobs({ project_id, cursor: "9".repeat(15) });
    expect(jobs.jobs.every((job) => job.project_id === project_id)).toBe(true);
    const cursor = `${"9".repeat(15)}-${"ff".repeat(32)}`;
    const { backups } = await client().list({ project_id, cursor });
    expect(backups).toHaveLength(5);
    const theirs = await client().list({ project_id: other, limit: 1 });
    const before = `3000-${theirs.backups[0]?.backup_id}`;
    const mine = await client().list({ project_id, cursor: before });
    expect(mine.backups.some((one) => one.project_id === other)).toBe(false);
  });
});

interface Page<T> {
  items: T[];
  next: string | null;
}

async function pages<T>(
  read: (cursor: { cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor === null ? {} : { cursor });
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return all;
}
