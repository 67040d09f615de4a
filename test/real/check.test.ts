/** What the check of a host makes of what it finds. */

import { randomBytes, randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { RepositoryJobKind } from "../../conat-api/index.js";
import type { RepositoryJobRow } from "../../lib/store/index.js";
import { runCheck } from "../../lib/tasks/check.js";
import type { TestEngine } from "../support/engine.js";
import {
  type MaintainingHost,
  startMaintainingHost,
} from "../support/maintaining-host.js";
import type { SlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

describeReal("a check of a host", { needs: ["rustic"] }, () => {
  let host: MaintainingHost;
  let engine: TestEngine;
  let rustic: SlowRustic;
  let project_id: string;
  let repository: string;

  beforeEach(async () => {
    host = await startMaintainingHost();
    ({ engine, rustic, project_id } = host);
    repository = join(engine.root, "repository");
    await backUp();
  });

  afterEach(() => host.close());

  const backUp = () => host.backUp();

  const known = () => {
    const { store, repositories } = engine.backups.tools;
    return store.repositories.get(String(repositories.knownId()));
  };

  const runs = (kind: RepositoryJobKind, target?: object) =>
    host.ended(host.ask(kind, target));

  const prunes = () =>
    rustic.runs().filter((run) => run.includes(" prune ")).length;

  /** Another host's: it needs what a prune marks that runs beside it. */
  async function backUpBesidePrune(): Promise<string> {
    const directory = tempDir("elsewhere");
    writeFileSync(join(directory, "large"), randomBytes(100_000));
    const opened = await engine.backups.tools.repositories.open();
    const make = async () => {
      const ids = { project_id: randomUUID(), job_id: randomUUID() };
      const what = { directory, source: ["."], onBytes() {} };
      return (await opened.backup({ ...what, ...ids }, {})).backup_id;
    };
    await opened.forget([await make()]);
    const before = copyOf(repository);
    const beside = await make();
    const after = copyOf(repository);
    // As the prune has seen it.
    rmSync(repository, { recursive: true });
    cpSync(before, repository, { recursive: true });
    expect(await runs("prune")).toMatchObject({ state: "succeeded" });
    for (const name of filesBelow(after)) {
      if (existsSync(join(before, name))) continue;
      cpSync(join(after, name), join(repository, name));
    }
    return beside;
  }

  test("heals what ran beside a prune, and damages nothing", async () => {
    const backup_id = await backUpBesidePrune();
    const before = prunes();
    const job = await runs("check", { data: "all" });
    expect(job).toMatchObject({ state: "succeeded" });
    expect(prunes()).toBeGreaterThan(before);
    expect(known()?.damage).toBeNull();
    const opened = await engine.backups.tools.repositories.open();
    const directory = tempDir("target");
    await opened.restore({ backup_id, directory, onBytes() {} }, {});
    expect(readdirSync(directory)).toEqual(["large"]);
  });

  test("heals what an earlier one has called damage", async () => {
    await backUpBesidePrune();
    const { store } = engine.backups.tools;
    const { repository_id = "" } = known() ?? {};
    const errors = ["Tree ID `00000001` not found in index"];
    store.repositories.checked(repository_id, { errors }, Date.now());
    expect(await runs("prune")).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    expect(await runs("check")).toMatchObject({ state: "succeeded" });
    expect(known()?.damage).toBeNull();
  });

  test("holds what may be damage until the prune that may heal it can work", async () => {
    await backUpBesidePrune();
    rustic.fail("prune");
    const damaged = { state: "failed", error_code: "REPOSITORY_DAMAGED" };
    for (const turn of ["found", "found again"]) {
      const before = prunes();
      expect([turn, await runs("check")]).toMatchObject([turn, damaged]);
      expect(prunes()).toBeGreaterThan(before);
      expect(known()?.damage).toContain("The prune that may heal it failed");
    }
    rustic.release();
    expect(await runs("check")).toMatchObject({ state: "succeeded" });
    expect(known()?.damage).toBeNull();
  });

  test("finds damage that no prune heals, and removes nothing for that", async () => {
    const gone = await backUp();
    await backUp();
    const opened = await engine.backups.tools.repositories.open();
    await opened.forget([gone]);
    await runs("prune");
    const large = join(engine.projectDir(project_id), "large");
    writeFileSync(large, randomBytes(500_000));
    await backUp();
    const packs = filesBelow(join(repository, "data"));
    rmSync(join(repository, "data", largestOf(repository)));
    expect(await runs("check")).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    expect(filesBelow(join(repository, "data"))).toHaveLength(packs.length - 1);
    expect(String(known()?.damage)).toContain("pack");
    const before = prunes();
    expect(before).toBeGreaterThan(1);
    expect(await runs("check")).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    expect(prunes()).toBe(before);
  });

  test("sees without the data that what it found without it is repaired", async () => {
    const [name = ""] = filesBelow(join(repository, "index"));
    const path = join(repository, "index", name);
    const whole = readFileSync(path);
    truncateSync(path, 40);
    expect(await runs("check", { data: "part" })).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    rmSync(path);
    writeFileSync(path, whole);
    expect(await runs("check")).toMatchObject({ state: "succeeded" });
    expect(known()?.damage).toBeNull();
  });

  test("finds a lost index, at which a prune dies without a word", async () => {
    for (let made = 0; made < 8; made++) await backUp();
    const { store } = engine.backups.tools;
    store.repositories.pruning(String(known()?.repository_id));
    for (const name of filesBelow(join(repository, "index"))) {
      rmSync(join(repository, "index", name));
    }
    expect(await runs("check")).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    expect(known()?.damage).toContain("ree");
    expect(prunes()).toBeGreaterThan(0);
  });

  test("does not prune where every backup is proven", async () => {
    rmSync(join(repository, "data", largestOf(repository)));
    expect(await runs("check")).toMatchObject({
      error_code: "REPOSITORY_DAMAGED",
    });
    expect(prunes()).toBe(0);
  });

  test.each(["index", "snapshots"])(
    "tells of a damaged file in %s, at which rustic ends",
    async (directory) => {
      const [name = ""] = filesBelow(join(repository, directory));
      truncateSync(join(repository, directory, name), 40);
      expect(await runs("check")).toMatchObject({
        error_code: "REPOSITORY_DAMAGED",
      });
      const [summary, words] = JSON.parse(String(known()?.damage)) as string[];
      expect(summary).toContain("damaged or missing");
      expect(words).toMatch(/^error processing \w+:[0-9a-f]+: .*MAC check/);
      const { notices } = await engine.local("status", { project_id });
      expect(notices.map(({ code }) => code)).toContain("REPOSITORY_DAMAGED");
    },
  );

  test("writes down its metadata although the data has no time", async () => {
    const { tools } = engine.backups;
    const { maintenance } = tools.config;
    // Enough for the metadata.
    const budgets = [10];
    const config = {
      ...tools.config,
      maintenance: {
        ...maintenance,
        get budget_minutes() {
          return budgets.pop() ?? 0.02;
        },
      },
    };
    const { repository_id } = known() ?? {};
    const row = { repository_id, target: JSON.stringify({ data: "part" }) };
    const run = {
      row: row as RepositoryJobRow,
      signal: new AbortController().signal,
      ...{ note() {}, onBytes() {}, onGroup() {} },
    };
    rustic.hold("--read-data");
    await expect(runCheck(run, { ...tools, config })).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
    const noted = known();
    expect(noted?.checked_at).toBeGreaterThan(0);
    expect(noted).toMatchObject({ damage: null, data_checked_at: null });
    expect(noted?.data_tried_at).toBe(noted?.checked_at);
    rustic.release();
    expect(await runs("check", { data: "part" })).toMatchObject({
      ...{ state: "succeeded", figures: { part: 1, parts: 60 } },
    });
  });
});

function copyOf(directory: string): string {
  const copy = tempDir("copy");
  cpSync(directory, copy, { recursive: true });
  return copy;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(directory, name)).isFile());
}

function largestOf(repository: string): string {
  const data = join(repository, "data");
  const size = (name: string) => statSync(join(data, name)).size;
  return String(filesBelow(data).toSorted((a, b) => size(b) - size(a))[0]);
}
