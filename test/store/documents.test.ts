import { defaultPolicy } from "../../conat-api/index.js";
import type { AnnotationFacts, FoundDocument } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";
import { someBackup } from "../support/wire-values.js";

const repository_id = "r";
const backup_id = "a".repeat(64);
const place = (project_id: string, time = 1): Omit<FoundDocument, "text"> => ({
  ...{ repository_id, project_id, time },
  document_id: `d${time} of ${project_id}`,
});

describe("the document of a project", () => {
  const store = openTestStore();
  const other = openTestStore();
  const verbs = verbsOf(store);
  afterAll(() => {
    store.close();
    other.close();
  });

  const due = (now: number, kept_in = repository_id, except: string[] = []) =>
    store.documents.due({
      ...{ repository_id, kept_in, before: now, now, limit: 1000, except },
    });
  const dueOf = (project_id: string, now = 1e6, kept_in = repository_id) =>
    due(now, kept_in).find((one) => one.project_id === project_id);
  const textOf = (project_id: string, from = store) =>
    from.documents.text({ project_id, repository_id });
  const entryOf = (project_id: string, from = store) =>
    JSON.parse(textOf(project_id, from)).backups[0];

  const annotate = (
    project_id: string,
    facts: AnnotationFacts,
    now: number,
    where = store,
  ) =>
    where.annotations.annotate(
      [{ repository_id, backup_id, project_id }],
      facts,
      now,
    );
  const forgotten = (at: number, by: "person" | "retention" | "deletion") => ({
    ...{ forgotten_at: at, forgotten_by: by },
  });
  /** What one host knows reaches another. */
  const tell = (project_id: string, from: typeof store, to: typeof store) =>
    to.documents.take([
      { ...place(project_id), text: textOf(project_id, from) },
    ]);

  test("is due after a change, until it was written", () => {
    const project_id = newProject();
    annotate(project_id, { pinned: true }, 100);
    expect(dueOf(project_id, 99)).toBeDefined();
    const found = dueOf(project_id, 100);
    expect(entryOf(project_id)).toEqual({
      ...{ backup_id, name: null, note: null, pinned: true, wanted_by: null },
      ...{ updated_at: 100, forgetting_at: 0 },
      ...{ forgotten_at: null, forgotten_by: null },
    });
    if (found) store.documents.written(found, repository_id);
    expect(dueOf(project_id)).toBeUndefined();
  });

  test("is due again for a change in the same millisecond", () => {
    const project_id = newProject();
    annotate(project_id, { pinned: true }, 100);
    const found = dueOf(project_id);
    annotate(project_id, { pinned: false }, 100);
    if (found) store.documents.written(found, repository_id);
    expect(dueOf(project_id)).toBeDefined();
    expect(textOf(project_id)).toContain('"pinned":false');
  });

  test("is due in every place that it is moved to, and back", () => {
    const project_id = newProject();
    store.projects.setPolicy(project_id, null, 100);
    for (const kept_in of [repository_id, "s", repository_id, "hub"]) {
      const found = dueOf(project_id, 1e6, kept_in);
      expect(found).toBeDefined();
      if (found) store.documents.written(found, kept_in);
      expect(dueOf(project_id, 1e6, kept_in)).toBeUndefined();
    }
  });

  test("that came from elsewhere is due where there is none, if its project lives here", () => {
    const project_id = newProject();
    other.projects.setPolicy(project_id, null, 100);
    tell(project_id, other, store);
    expect(dueOf(project_id, 1e6, "s")).toBeUndefined();
    store.projects.see([project_id], 200);
    expect(dueOf(project_id)).toBeUndefined();
    const found = dueOf(project_id, 1e6, "s");
    expect(found).toBeDefined();
    if (found) store.documents.written(found, "s");
    expect(dueOf(project_id, 1e6, "s")).toBeUndefined();
  });

  test("that cannot be written leaves others their turn", () => {
    const [first, second] = [newProject(), newProject()];
    annotate(first, { pinned: true }, 1);
    annotate(second, { pinned: true }, 2);
    const ids = due(1e6, repository_id, [first]).map((one) => one.project_id);
    expect(ids).toContain(second);
    expect(ids).not.toContain(first);
  });

  test("brings back what another host knew, and loses nothing newer", () => {
    const project_id = newProject();
    annotate(project_id, { pinned: true, name: "kept" }, 500, other);
    expect(tell(project_id, other, store)).toEqual([]);
    expect(entryOf(project_id)).toMatchObject({ name: "kept", pinned: true });
    annotate(project_id, { pinned: false }, 600);
    tell(project_id, other, store);
    expect(textOf(project_id)).toMatch(/"name":"kept".*"pinned":false/);
  });

  test("keeps what is pinned from a retention that heard of it too late", () => {
    const project_id = newProject();
    annotate(project_id, { pinned: true }, 50_000);
    annotate(project_id, forgotten(70_000, "retention"), 70_000, other);
    tell(project_id, store, other);
    const kept = { pinned: true, forgotten_at: null };
    expect(entryOf(project_id, other)).toMatchObject(kept);
    tell(project_id, other, store);
    expect(entryOf(project_id)).toMatchObject(kept);
  });

  test("keeps a pin for good: who was told of the retention alone learns of it", () => {
    const project_id = newProject();
    annotate(project_id, { name: "one" }, 10);
    annotate(project_id, forgotten(70_000, "retention"), 70_000);
    tell(project_id, store, other);
    annotate(project_id, { pinned: true }, 60_000, other);
    tell(project_id, store, other);
    annotate(project_id, { pinned: false }, 80_000, other);
    tell(project_id, other, store);
    expect(entryOf(project_id)).toMatchObject({
      ...{ name: "one", pinned: false, forgotten_at: null },
    });
  });

  test("lets the later of two people have it: who pins, or who forgets", () => {
    const [pinnedLater, forgottenLater] = [newProject(), newProject()];
    annotate(pinnedLater, { pinned: true }, 200);
    annotate(pinnedLater, forgotten(100, "person"), 100, other);
    tell(pinnedLater, other, store);
    expect(entryOf(pinnedLater)).toMatchObject({ forgotten_at: null });
    annotate(forgottenLater, { pinned: true }, 100);
    annotate(forgottenLater, forgotten(200, "person"), 200, other);
    tell(forgottenLater, other, store);
    // Hidden; what is pinned is never removed.
    expect(entryOf(forgottenLater)).toMatchObject({
      ...{ pinned: true, forgotten_at: 200 },
    });
  });

  test("says a policy or a wish later than the last one, whatever the clock says", () => {
    const project_id = newProject();
    annotate(project_id, { name: "one" }, 5000);
    const trigger = "scheduled" as const;
    const backup = { ...someBackup({ backup_id, project_id }), trigger };
    const added = [{ ...backup, repository_id }];
    const now = 2000;
    store.backups.takeReading({ repository_id, added, gone: [], now });
    verbs.ask(project_id);
    const job = verbs.claim();
    store.jobs.settle(String(job?.job_id), {
      ...{ state: "succeeded", unchanged: true, repository_id, backup_id, now },
    });
    expect(entryOf(project_id)).toMatchObject({
      ...{ wanted_by: "local", updated_at: 5001 },
    });
    store.projects.setPolicy(project_id, defaultPolicy, 5000);
    store.projects.setPolicy(project_id, null, now);
    expect(JSON.parse(textOf(project_id))).toMatchObject({
      ...{ policy: null, policy_at: 5001 },
    });
  });

  test("does not name what only retention forgot, nor is written for it", () => {
    const project_id = newProject();
    annotate(project_id, forgotten(100, "retention"), 100);
    expect(entryOf(project_id)).toBeUndefined();
    expect(dueOf(project_id)).toBeUndefined();
    annotate(project_id, { forgotten_at: null }, 200);
    expect(entryOf(project_id)).toMatchObject({ forgotten_at: null });
    expect(dueOf(project_id)).toBeDefined();
  });

  test.each(["", "{", "[]", '{"version":2,"backups":[]}', '"text"'])(
    "of no known kind is told, changes nothing and is replaced by none: %s",
    (text) => {
      const project_id = newProject();
      const found = { ...place(project_id), text };
      const { document_id } = found;
      expect(store.documents.take([found])).toEqual([document_id]);
      expect(entryOf(project_id)).toBeUndefined();
      expect(store.documents.known(repository_id, project_id)).toEqual([]);
      expect(store.documents.unread(repository_id)).toContainEqual({
        ...{ document_id, project_id },
      });
    },
  );

  test("with an entry that is not understood is taken but for that, and stays", () => {
    const project_id = newProject();
    const sound = { backup_id, pinned: true, updated_at: 7 };
    const text = JSON.stringify({
      version: 1,
      backups: [{ backup_id: "of another kind" }, sound, 17],
    });
    const found = { ...place(project_id), text };
    expect(store.documents.take([found])).toEqual([found.document_id]);
    expect(entryOf(project_id)).toMatchObject({ pinned: true });
    expect(store.documents.known(repository_id, project_id)).toEqual([]);
    expect(store.documents.merge(found, text)).toBe(false);
  });

  test("says nothing of another project's backups", () => {
    const [project_id, another] = [newProject(), newProject()];
    annotate(another, { pinned: false }, 1);
    annotate(project_id, { pinned: true }, 1000);
    tell(project_id, store, store);
    expect(textOf(another)).toContain('"pinned":false');
  });

  test("keeps a policy that is not understood as it is, until somebody sets one", () => {
    const project_id = newProject();
    const policy = { every: "second tuesday" };
    const text = JSON.stringify({
      ...{ version: 1, policy, policy_at: 5000 },
      backups: [{ backup_id, pinned: true, updated_at: 7 }],
    });
    expect(store.documents.take([{ ...place(project_id), text }])).toEqual([]);
    expect(entryOf(project_id)).toMatchObject({ pinned: true });
    expect(JSON.parse(textOf(project_id))).toMatchObject({ policy });
    expect(store.projects.get(project_id)).toMatchObject({
      ...{ policy: null, policy_unread: true },
    });
    store.projects.setPolicy(project_id, null, 3);
    expect(JSON.parse(textOf(project_id))).toMatchObject({
      ...{ policy: null, policy_at: 5001 },
    });
    expect(store.projects.get(project_id)?.policy_unread).toBe(false);
  });
});
