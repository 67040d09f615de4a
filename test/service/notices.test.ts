import { askForMaintenance } from "../../lib/jobs/housekeeping.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";
import { self } from "../support/job-rows.js";

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;
const repository_id = knownRepositoryId;

describe("notices of a repository", () => {
  let engine: TestEngine;
  let project_id: string;
  let now: number;

  beforeEach(async () => {
    now = 1_000 * dayMs;
    engine = await startTestEngine({
      work: false,
      host: { host_id: "maintainer", clock: { now: () => now } },
      config: { schedule: { enabled: true } },
    });
    project_id = engine.projects[0] as string;
    knowBackups(engine, []);
    engine.backups.tools.store.repositories.kitExported(repository_id, now);
  });
  afterEach(() => engine.close());

  const store = () => engine.backups.tools.store;
  const maintainedBy = (host_id: string) =>
    store().repositories.maintained(repository_id, host_id, now);

  async function notices() {
    return (await engine.local("status", { project_id })).notices;
  }
  const codes = async () => (await notices()).map(({ code }) => code);

  function end(
    kind: "prune" | "forget" | "check",
    facts: { state: "failed" | "succeeded"; error_code?: "REPOSITORY_DAMAGED" },
  ): void {
    const { row } = store().jobs.askRepository({
      ...{ repository_id, kind, now },
      ...{ trigger: "scheduled", requested_by: "scheduler" },
    });
    store().jobs.claim({ owner: self, cap: 1, now, only: row.job_id });
    store().jobs.settle(row.job_id, { ...facts, now });
  }

  /** Each hour, as it is tried. */
  function failFor(kind: "prune" | "forget" | "check", hours: number): void {
    for (let hour = 0; hour < hours; hour++) {
      end(kind, { state: "failed" });
      now += hourMs;
    }
  }

  test("come with a prune that is asked for when index files have come, and not for those that one has left", async () => {
    maintainedBy("maintainer");
    engine.host.maintainer = () => Promise.resolve("maintainer");
    const counts = { backups: 1, packs: 1, size_bytes: 1 };
    const pruneAsked = async (index_files: number, left: number) => {
      store().repositories.counted(
        repository_id,
        { ...counts, index_files },
        now,
      );
      store().repositories.pruned(repository_id, true, now - 2 * hourMs);
      store().repositories.prunedTo(repository_id, left);
      await askForMaintenance(engine.backups.tools);
      const query = { repository_id, kind: "prune", limit: 1 } as const;
      return store().jobs.ofRepository(query).length === 1;
    };
    expect(await pruneAsked(350, 300)).toBe(false);
    // Somebody else has pruned since.
    expect(await pruneAsked(100, 300)).toBe(false);
    expect(await pruneAsked(500, 300)).toBe(true);
  });

  test("say when nobody prunes and checks it, once that was asked", async () => {
    expect(await codes()).toEqual([]);
    await askForMaintenance(engine.backups.tools);
    expect(await codes()).toEqual(["NO_MAINTAINER"]);
    maintainedBy("another-host");
    expect(await codes()).toEqual([]);
  });

  test("say what fails for days, until it succeeds", async () => {
    maintainedBy("maintainer");
    failFor("prune", 48);
    expect(await codes()).toEqual([]);
    failFor("prune", 2);
    failFor("check", 1);
    const [notice] = await notices();
    expect(notice).toMatchObject({ code: "MAINTENANCE_FAILING" });
    expect(notice?.message).toContain("again: prune. Run");
    end("prune", { state: "succeeded" });
    expect(await codes()).toEqual([]);
    failFor("prune", 1);
    expect(await codes()).toEqual([]);
  });

  test("count damage that a check found as its work", async () => {
    maintainedBy("maintainer");
    failFor("check", 50);
    expect(await codes()).toEqual(["MAINTENANCE_FAILING"]);
    end("check", { state: "failed", error_code: "REPOSITORY_DAMAGED" });
    now += 3 * dayMs;
    expect(await codes()).toEqual([]);
  });

  test("count damage that stops a prune as a failure", async () => {
    maintainedBy("maintainer");
    for (let hour = 0; hour < 50; hour++) {
      end("prune", { state: "failed", error_code: "REPOSITORY_DAMAGED" });
      now += hourMs;
    }
    expect((await notices())[0]?.message).toContain("again: prune. Run");
  });

  test("leave to the host that maintains it what fails there", async () => {
    maintainedBy("another-host");
    failFor("prune", 50);
    expect(await codes()).toEqual([]);
    failFor("forget", 50);
    expect((await notices())[0]?.message).toContain("again: forget. Run");
  });

  test("say that names and pins are in no document after half a day", async () => {
    store().annotations.annotate(
      [{ repository_id, project_id, backup_id: "a".repeat(64) }],
      { pinned: true },
      now,
    );
    now += 11 * hourMs;
    expect(await codes()).toEqual([]);
    now += 2 * hourMs;
    expect(await codes()).toEqual(["MAINTENANCE_FAILING"]);
  });
});
