import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { ProjectBackups } from "../../lib/index.js";
import { groupLives } from "../../lib/process-group.js";
import { identifyProcess } from "../../lib/process-identity.js";
import type { JobRow } from "../../lib/store/index.js";
import {
  endGroupsOf,
  removeKept,
  removeStages,
} from "../../lib/tasks/leftovers.js";
import { makeSharedHost } from "../support/engine-processes.js";
import { dead, verbsOf } from "../support/job-rows.js";
import { tempDir } from "../support/temp.js";
import { until } from "../support/until.js";
import { isRunning } from "../support/processes.js";

let engine: ProjectBackups;
let host: ReturnType<typeof makeSharedHost>;
beforeEach(async () => {
  host = makeSharedHost();
  engine = await host.start({ work: false });
});
afterEach(() => engine.close());

function running(kind: "backup" | "restore"): string {
  const { store } = engine.tools;
  const verbs = verbsOf(store);
  const project_id = host.projects[0] as string;
  const { job_id } =
    kind === "backup"
      ? verbs.ask(project_id).row
      : verbs.askRestore(project_id);
  store.jobs.claim({ owner: dead, cap: 1, now: 2000 });
  return job_id;
}

const rowOf = (job_id: string) => engine.tools.store.jobs.get(job_id) as JobRow;

describe("the process group of a dead job", () => {
  /** Writes into its directory without end, with a child that does too. */
  function writer(directory: string) {
    mkdirSync(directory, { recursive: true });
    const write = "while :; do : > $$; rm $$; done";
    return execa("bash", ["-c", `(${write}) & ${write}`], {
      ...{ detached: true, reject: false, cwd: directory },
    });
  }

  /** As the engine starts one: it leads a session of its own. */
  const sleeper = (...names: string[]) =>
    execa("sh", ["-c", "sleep 1000; :", ...names], {
      ...{ detached: true, reject: false },
    });

  test("is found by its command line where the host died before it noted it", async () => {
    const job_id = running("backup");
    const other = sleeper("--tag", `job=${crypto.randomUUID()}`);
    const child = sleeper("backup", "--tag", `job=${job_id}`);
    await endGroupsOf(rowOf(job_id), engine.tools);
    expect(groupLives(child.pid ?? 0)).toBe(false);
    expect(groupLives(other.pid ?? 0)).toBe(true);
    process.kill(-(other.pid ?? 0), "SIGKILL");
    await Promise.all([child, other]);
  });

  test("is found by its stage, and nobody who only looks at that is ended", async () => {
    const job_id = running("restore");
    const stage = join(host.dataDir, "staging", job_id);
    engine.tools.store.jobs.note(job_id, { stage });
    const child = sleeper("restore", `${stage}/`);
    // In this session, not in one of its own.
    const onlooker = execa("sh", ["-c", "sleep 1000; :", stage], {
      reject: false,
    });
    await endGroupsOf(rowOf(job_id), engine.tools);
    expect(groupLives(child.pid ?? 0)).toBe(false);
    expect(isRunning(onlooker.pid ?? 0)).toBe(true);
    execFileSync("pkill", ["-KILL", "-P", String(onlooker.pid)]);
    onlooker.kill("SIGKILL");
    await Promise.all([child, onlooker]);
  });

  test("is gone before what it writes into is removed", async () => {
    const job_id = running("backup");
    const stage = join(host.dataDir, "stage", job_id);
    const child = writer(stage);
    const group = identifyProcess(child.pid ?? 0);
    engine.tools.store.jobs.note(job_id, { stage, group });
    await endGroupsOf(rowOf(job_id), engine.tools);
    await removeStages(rowOf(job_id), engine.tools);
    expect(isRunning(group.pid)).toBe(false);
    expect(existsSync(stage)).toBe(false);
    await child;
  });

  test("is waited for when it takes long to end", async () => {
    const job_id = running("backup");
    // tail keeps all of a line; freeing that much takes the kernel a while.
    const script =
      "(head -c 400000000 /dev/zero; echo > all; sleep 1000) | tail";
    const cwd = tempDir("large");
    const child = execa("sh", ["-c", script], {
      ...{ detached: true, reject: false, cwd },
    });
    const group = identifyProcess(child.pid ?? 0);
    await until(() => existsSync(join(cwd, "all")));
    engine.tools.store.jobs.note(job_id, { group });
    await endGroupsOf(rowOf(job_id), engine.tools);
    expect(groupLives(group.pid)).toBe(false);
    await child;
  });

  test("is not taken for one that got its number later", async () => {
    const job_id = running("backup");
    const child = execa("sleep", ["1000"], { detached: true, reject: false });
    const group = identifyProcess(child.pid ?? 0);
    const earlier = { ...group, started: group.started - 1 };
    engine.tools.store.jobs.note(job_id, { group: earlier });
    await endGroupsOf(rowOf(job_id), engine.tools);
    expect(isRunning(group.pid)).toBe(true);
    child.kill("SIGKILL");
    await child;
  });
});

describe("the old tree of an in-place restore", () => {
  test("is removed with the directory it was kept in", async () => {
    const job_id = running("restore");
    const place = host.projectDir(host.projects[0] as string);
    const work = join(dirname(place), ".project-backups");
    const kept = join(work, "kept", job_id, "project");
    mkdirSync(join(kept, "deep"), { recursive: true });
    writeFileSync(join(kept, "deep", "file"), "old");
    const move = { staged: join(work, "gone"), place, kept, had_old: true };
    const { jobs } = engine.tools.store;
    const journal = JSON.stringify([move]);
    jobs.note(job_id, { journal, kept_at: dirname(kept) });
    jobs.settle(job_id, { state: "succeeded", now: 3000 });
    expect(jobs.kept().map((row) => row.job_id)).toEqual([job_id]);
    await removeKept(rowOf(job_id), engine.tools);
    expect(readdirSync(join(work, "kept"))).toEqual([]);
    expect(readdirSync(place)).toEqual(["notes.txt"]);
    expect(jobs.kept()).toEqual([]);
  });
});
