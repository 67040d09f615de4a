import type { Store } from "../../lib/store/index.js";
import {
  dead,
  newProject,
  openTestStore,
  self,
  verbsOf,
} from "../support/job-rows.js";

let store: Store;
let verbs: ReturnType<typeof verbsOf>;
const project = newProject();
beforeEach(() => {
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => store.close());

function running(): string {
  verbs.ask(project);
  return verbs.claim()?.job_id ?? "";
}

describe("cancelling", () => {
  test("ends a pending job at once and says who did", () => {
    const { job_id } = verbs.ask(project).row;
    const row = store.jobs.cancel(job_id, "account-1", 3000);
    expect(row).toMatchObject({
      state: "cancelled",
      finished_at: 3000,
      cancelled_by: "account-1",
      error_code: "CANCELLED",
    });
    expect(verbs.claim()).toBeUndefined();
  });

  test("marks a running job for its owner; the first who asked counts", () => {
    const job_id = running();
    store.jobs.cancel(job_id, "account-1", 3000);
    const row = store.jobs.cancel(job_id, "account-2", 3001);
    expect(row).toMatchObject({
      state: "running",
      cancel_requested_by: "account-1",
    });
    expect(store.jobs.heartbeat(self, 4000, [job_id])).toEqual([
      { job_id, cancel_requested_by: "account-1" },
    ]);
  });

  test("leaves a job alone that has ended", () => {
    const job_id = running();
    store.jobs.settle(job_id, { state: "succeeded", now: 3000 });
    const before = store.jobs.get(job_id);
    expect(store.jobs.cancel(job_id, "account-1", 4000)).toBeUndefined();
    expect(store.jobs.get(job_id)).toEqual(before);
  });

  test("of a job that is not there does nothing", () => {
    expect(store.jobs.cancel("none", "account-1", 1)).toBeUndefined();
  });
});

describe("handing a running backup back", () => {
  test("makes it as new, and it is claimed again", () => {
    const { row: before } = verbs.ask(project);
    const job_id = running();
    store.jobs.note(job_id, {
      phase: "reading",
      bytes_done: 5,
      bytes_total: 10,
      progress_at: 2500,
      fixed_at: 2400,
      source: "live",
      repository_id: "repository",
      group: self,
    });
    expect(store.jobs.handBack(job_id)).toBe(true);
    expect(store.jobs.get(job_id)).toEqual(before);
    expect(verbs.claim()?.job_id).toBe(job_id);
  });

  test("is refused when a follow-up waits: that one promises as much", () => {
    const job_id = running();
    store.jobs.note(job_id, { fixed_at: 2500 });
    const followUp = verbs.ask(project).row;
    expect(store.jobs.handBack(job_id)).toBe(false);
    expect(store.jobs.get(job_id)?.state).toBe("running");
    expect(store.jobs.get(followUp.job_id)?.state).toBe("pending");
  });

  test("is refused when somebody wants it cancelled", () => {
    const job_id = running();
    store.jobs.cancel(job_id, "local", 3000);
    expect(store.jobs.handBack(job_id)).toBe(false);
  });

  test("is refused while its stage is still there", () => {
    const job_id = running();
    store.jobs.note(job_id, { stage: "/somewhere" });
    expect(store.jobs.handBack(job_id)).toBe(false);
    store.jobs.clearStage(job_id);
    expect(store.jobs.handBack(job_id)).toBe(true);
  });

  test("is refused for a restore: none starts again by itself", () => {
    const { job_id } = verbs.askRestore(project);
    verbs.claim();
    expect(store.jobs.handBack(job_id)).toBe(false);
  });

  test("is refused for a job that does not run", () => {
    const { job_id } = verbs.ask(project).row;
    expect(store.jobs.handBack(job_id)).toBe(false);
  });
});

describe("settling", () => {
  const backup_id = "a".repeat(64);
  const backup = {
    backup_id,
    repository_id: "repository",
    project_id: project,
    time: 2000,
    size_bytes: 10,
    added_bytes: 5,
    files: 1,
    duration_ms: 100,
    trigger: "manual" as const,
    requested_by: "local",
    warnings_count: 1,
    warnings: [{ path: "project/a", message: "was gone" }],
  };
  const unmarked = {
    ...backup,
    ...{ name: null, note: null, pinned: false },
    ...{ forgotten_at: null, unproven: false },
  };

  test("writes the end of the job and its backup together", () => {
    const job_id = running();
    store.jobs.note(job_id, { phase: "settling", group: self });
    const { warnings } = backup;
    const row = store.jobs.settle(job_id, {
      state: "succeeded",
      now: 3000,
      backup_id,
      bytes_processed: 10,
      bytes_added: 5,
      files: 1,
      warnings,
      backup,
    });
    expect(row).toMatchObject({
      state: "succeeded",
      phase: "settling",
      finished_at: 3000,
      backup_id,
      bytes_processed: 10,
      bytes_added: 5,
      files: 1,
      warnings_count: 1,
      warnings: JSON.stringify(warnings),
      group_pid: null,
      owner_pid: self.pid,
    });
    expect(store.backups.find("repository", backup_id)).toEqual(unmarked);
  });

  test("happens once: who comes second changes nothing", () => {
    const job_id = running();
    const first = store.jobs.settle(job_id, { state: "failed", now: 3000 });
    const second = { state: "succeeded" as const, now: 4000, backup };
    expect(store.jobs.settle(job_id, second)).toBeUndefined();
    expect(store.jobs.get(job_id)).toEqual(first);
    expect(store.backups.find("repository", backup_id)).toBeUndefined();
  });

  test("writes neither row nor backup when one of them cannot be", () => {
    const job_id = running();
    const broken = { ...backup, time: null as unknown as number };
    const settlement = { state: "succeeded" as const, now: 3000 };
    expect(() =>
      store.jobs.settle(job_id, { ...settlement, backup: broken }),
    ).toThrow("NOT NULL");
    expect(store.jobs.get(job_id)?.state).toBe("running");
  });

  test("counts all warnings and keeps the first 50", () => {
    const job_id = running();
    const warnings = Array.from({ length: 60 }, (_, index) => ({
      message: `warning ${index}`,
    }));
    const settlement = { state: "succeeded" as const, now: 3000, warnings };
    const row = store.jobs.settle(job_id, settlement);
    expect(row?.warnings_count).toBe(60);
    expect(JSON.parse(row?.warnings ?? "")).toEqual(warnings.slice(0, 50));
  });

  test("adds what only the job knows when a reading was faster", () => {
    const job_id = running();
    const read = {
      ...backup,
      ...{ trigger: null, requested_by: null },
      ...{ warnings_count: null, warnings: [] },
    };
    const reading = { repository_id: "repository", gone: [], now: 2900 };
    store.backups.takeReading({ ...reading, added: [read] });
    store.jobs.settle(job_id, { state: "succeeded", now: 3000, backup });
    expect(store.backups.find("repository", backup_id)).toEqual(unmarked);
    store.backups.takeReading({ ...reading, added: [read] });
    expect(store.backups.find("repository", backup_id)).toEqual(unmarked);
  });
});

describe("notes and heartbeats", () => {
  test("reach only jobs that run", () => {
    const { job_id } = verbs.ask(project).row;
    store.jobs.note(job_id, { phase: "reading" });
    expect(store.jobs.get(job_id)?.phase).toBeNull();
  });

  test("reach only one's own jobs", () => {
    const job_id = running();
    expect(store.jobs.heartbeat(dead, 9000, [job_id])).toEqual([]);
    expect(store.jobs.get(job_id)?.heartbeat_at).toBe(2000);
    expect(store.jobs.heartbeat(self, 9000, [])).toEqual([]);
    expect(store.jobs.get(job_id)?.heartbeat_at).toBe(2000);
    store.jobs.heartbeat(self, 9000, [job_id]);
    expect(store.jobs.get(job_id)?.heartbeat_at).toBe(9000);
  });

  test("leave alone what they do not name", () => {
    const job_id = running();
    store.jobs.note(job_id, { phase: "staging", stage: "/stage" });
    store.jobs.note(job_id, { bytes_done: 0 });
    expect(store.jobs.get(job_id)).toMatchObject({
      phase: "staging",
      stage: "/stage",
      bytes_done: 0,
      bytes_total: null,
    });
    store.jobs.note(job_id, { stage: null });
    expect(store.jobs.get(job_id)?.stage).toBeNull();
  });
});
