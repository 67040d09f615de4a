import type { BackupFacts } from "../../conat-api/index.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";

const idOf = (letter: string) => letter.repeat(64);

describe("a pin", () => {
  let engine: TestEngine;
  let project_id: string;

  /** Two may be pinned. */
  beforeEach(async () => {
    engine = await startTestEngine({
      work: false,
      host: { quota: () => Promise.resolve({ max_backups: 4 }) },
    });
    project_id = engine.projects[0] as string;
    knowBackups(engine, ["a", "b", "c", "d"].map(backupOf));
  });
  afterEach(() => engine.close());

  const backupOf = (letter: string, index: number): BackupFacts => ({
    ...{ repository_id: knownRepositoryId, backup_id: idOf(letter) },
    ...{ project_id, time: index, trigger: "manual", requested_by: null },
    ...{ size_bytes: 1, added_bytes: 1, files: 1, duration_ms: 1 },
    ...{ warnings_count: null, warnings: [] },
  });
  const of = (letter: string) => ({ project_id, backup_id: idOf(letter) });
  const pin = (letter: string) =>
    engine.local("update", { ...of(letter), pinned: true });

  test("is refused beyond the limit, however many ask at once", async () => {
    const answers = await Promise.allSettled(["a", "b", "c", "d"].map(pin));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...["fulfilled", "fulfilled", "rejected", "rejected"],
    ]);
    const { backups } = await engine.local("list", { project_id });
    expect(backups.filter(({ pinned }) => pinned)).toHaveLength(2);
    await expect(pin("d")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  test("of a backup that was forgotten is refused until it is taken back", async () => {
    await engine.local("forget", of("a"));
    await expect(pin("a")).rejects.toMatchObject({ code: "CONFLICT" });
    await engine.local("unforget", of("a"));
    expect(await pin("a")).toMatchObject({ backup: { pinned: true } });
  });

  test("that comes back with its backup needs a place", async () => {
    const { store } = engine.backups.tools;
    const key = { ...of("a"), repository_id: knownRepositoryId };
    await pin("a");
    // As other hosts may have said, or the deletion of its project.
    store.annotations.annotate([key], { forgotten_at: 1 }, Date.now());
    await pin("b");
    await pin("c");
    const full = { code: "LIMIT_EXCEEDED" };
    await expect(engine.local("unforget", of("a"))).rejects.toMatchObject(full);
    await engine.local("update", { ...of("b"), pinned: false });
    expect(await engine.local("unforget", of("a"))).toMatchObject({
      backup: { pinned: true, forgotten_at: null },
    });
  });
});
