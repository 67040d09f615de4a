import type { Store } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";

let store: Store;
let verbs: ReturnType<typeof verbsOf>;
const project = newProject();
beforeEach(() => {
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => store.close());

/** A running backup of the project, its source fixed or not. */
function running({ fixed_at }: { fixed_at?: number } = {}): string {
  const { job_id } = verbs.ask(project).row;
  verbs.claim();
  if (fixed_at !== undefined) store.jobs.note(job_id, { fixed_at });
  return job_id;
}

describe("asking for a backup", () => {
  test("makes a pending row that is due at once", () => {
    const { row, joined } = verbs.ask(project, { now: 1234 });
    expect(joined).toBe(false);
    expect(row).toMatchObject({
      kind: "backup",
      project_id: project,
      state: "pending",
      created_at: 1234,
      run_at: 1234,
      attempt: 1,
      retry_of: null,
    });
    expect(store.jobs.get(row.job_id)).toEqual(row);
  });

  test("joins the one that is pending", () => {
    const first = verbs.ask(project);
    const second = verbs.ask(project, { now: 5000 });
    expect(second).toEqual({ row: first.row, joined: true });
    expect(store.jobs.counts()).toEqual({ pending: 1, running: 0 });
  });

  test("joins the one that runs until its source is fixed", () => {
    const job_id = running();
    const { row, joined } = verbs.ask(project);
    expect({ job_id: row.job_id, joined }).toEqual({ job_id, joined: true });
    expect(store.jobs.counts()).toEqual({ pending: 0, running: 1 });
  });

  test("gets exactly one follow-up once the source is fixed, however many ask", () => {
    const job_id = running({ fixed_at: 3000 });
    const answers = Array.from({ length: 10 }, () => verbs.ask(project));
    const ids = new Set(answers.map(({ row }) => row.job_id));
    expect(ids.size).toBe(1);
    expect(ids.has(job_id)).toBe(false);
    expect(answers.map(({ joined }) => joined)).toEqual([
      false,
      ...Array<boolean>(9).fill(true),
    ]);
    expect(store.jobs.counts()).toEqual({ pending: 1, running: 1 });
  });

  test("joins none that somebody is cancelling", () => {
    const job_id = running();
    store.jobs.cancel(job_id, "local", 3000);
    const { row, joined } = verbs.ask(project);
    expect(joined).toBe(false);
    expect(row.job_id).not.toBe(job_id);
  });

  test("joins none that has ended", () => {
    const job_id = running();
    store.jobs.settle(job_id, { state: "failed", now: 3000 });
    expect(verbs.ask(project).joined).toBe(false);
  });

  test("joins none of another project, and no restore", () => {
    verbs.ask(newProject());
    verbs.askRestore(project);
    expect(verbs.ask(project).joined).toBe(false);
  });

  test("makes a retry that waits due now", () => {
    const { row } = verbs.ask(project, { now: 90_000 });
    const { row: joined } = verbs.ask(project, { now: 5000 });
    expect(joined).toMatchObject({ job_id: row.job_id, run_at: 5000 });
    expect(store.jobs.get(row.job_id)?.run_at).toBe(5000);
    expect(verbs.ask(project, { now: 80_000 }).row.run_at).toBe(5000);
  });
});

describe("asking for a restore", () => {
  test("is a CONFLICT while another one waits or runs", () => {
    const { job_id } = verbs.askRestore(project);
    const conflict = expect.objectContaining({ code: "CONFLICT" });
    expect(() => verbs.askRestore(project)).toThrow(conflict);
    verbs.claim();
    expect(() => verbs.askRestore(project)).toThrow(conflict);
    store.jobs.settle(job_id, { state: "succeeded", now: 3000 });
    expect(verbs.askRestore(project).state).toBe("pending");
  });

  test("does not wait for another project's", () => {
    verbs.askRestore(project);
    expect(verbs.askRestore(newProject()).state).toBe("pending");
  });
});
