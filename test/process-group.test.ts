import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import {
  groupActivity,
  groupEnds,
  groupLives,
  groupsOfJob,
  killGroup,
} from "../lib/process-group.js";
import { identifyProcess, isAlive } from "../lib/process-identity.js";
import { tempDir } from "./support/temp.js";
import { until } from "./support/until.js";

describe("a process group", () => {
  let group: ReturnType<typeof lead> | undefined;
  afterEach(async () => {
    // It may end by itself just now.
    if (group?.exitCode === null && group.pid) killGroup(group.pid);
    await group;
  });

  /** A shell that leads a group of its own. */
  function lead(script: string, cwd = "/") {
    const options = { detached: true, reject: false, cwd } as const;
    return execa("sh", ["-c", script], options);
  }

  test("lives until its last process has ended", async () => {
    group = lead("sleep 0.3 & sleep 0.1");
    const pgid = group.pid ?? 0;
    expect(groupLives(pgid)).toBe(true);
    await group;
    // Its pipes close a moment before the last process is gone.
    await until(() => !groupLives(pgid));
  });

  test("lives as long as any thread does, its first one ended or not", async () => {
    const script = [
      "import ctypes, threading, time",
      "threading.Thread(target=time.sleep, args=(1000,)).start()",
      "ctypes.CDLL(None).pthread_exit(0)",
    ].join("\n");
    group = lead(`exec python3 -c '${script}' --tag job=of-threads`);
    const pgid = group.pid ?? 0;
    const stat = () => readFileSync(`/proc/${pgid}/stat`, "utf8");
    await until(() => stat().includes(") Z "));
    expect(groupLives(pgid)).toBe(true);
    const identity = identifyProcess(pgid);
    expect(isAlive(identity)).toBe(true);
    const marks = { job_id: "of-threads", stage: null };
    expect(groupsOfJob(marks)).toEqual(new Set([pgid]));
    killGroup(pgid);
    expect(await groupEnds(pgid, 5000)).toBe(true);
    expect(isAlive(identity)).toBe(false);
  });

  test("does not live on in a zombie", async () => {
    const cwd = tempDir("zombie");
    // The parent becomes a sleep, which waits for no child.
    group = lead("setsid sh -c 'echo $$ > pid' & exec sleep 1000", cwd);
    const path = join(cwd, "pid");
    await until(() => existsSync(path) && readFileSync(path, "utf8") !== "");
    const pgid = Number(readFileSync(path, "utf8"));
    await until(() => !groupLives(pgid));
    expect(() => process.kill(pgid, 0)).not.toThrow();
  });

  test("that is gone was killed already", async () => {
    group = lead("true");
    const pgid = group.pid ?? 0;
    await group;
    expect(killGroup(pgid)).toBe(true);
  });

  test("moves while a member computes, and not while all sleep", async () => {
    const cwd = tempDir("busy");
    group = lead("until [ -e stop ]; do :; done; sleep 1000", cwd);
    const pgid = group.pid ?? 0;
    const first = groupActivity(pgid);
    await until(() => groupActivity(pgid) > first);
    writeFileSync(join(cwd, "stop"), "");
    await sleep(100);
    const still = groupActivity(pgid);
    await sleep(100);
    expect(groupActivity(pgid)).toBe(still);
  });

  test("moves while a member reads and writes", async () => {
    const cwd = tempDir("io");
    await execa("mkfifo", ["fifo"], { cwd });
    group = lead("read go < fifo; echo bb > f; sleep 1000", cwd);
    const pgid = group.pid ?? 0;
    await sleep(100);
    const before = groupActivity(pgid);
    writeFileSync(join(cwd, "fifo"), "go\n");
    await until(() => existsSync(join(cwd, "f")));
    await sleep(50);
    const moved = groupActivity(pgid) - before;
    expect(moved).toBeGreaterThanOrEqual("go\nbb\n".length);
  });
});
