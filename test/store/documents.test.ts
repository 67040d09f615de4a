import type { FoundDocument } from "../../lib/store/index.js";
import { newProject, openTestStore } from "../support/job-rows.js";

const repository_id = "r";
const backup_id = "a".repeat(64);
const place = (project_id: string, time = 1): Omit<FoundDocument, "text"> => ({
  ...{ repository_id, project_id, time },
  document_id: `d${time}`,
});

describe("the document of a project", () => {
  const store = openTestStore();
  afterAll(() => store.close());

  const due = (now: number) =>
    store.documents.due({ repository_id, before: now, now, limit: 10 });
  const textOf = (project_id: string, now = 1e6) =>
    due(now).find((one) => one.project_id === project_id)?.text;

  const annotate = (project_id: string, pinned: boolean, now: number) =>
    store.annotations.annotate(
      [{ repository_id, backup_id, project_id }],
      { pinned },
      now,
    );

  test("is due after a change, until it was written", () => {
    const project_id = newProject();
    annotate(project_id, true, 100);
    expect(due(99).map((one) => one.project_id)).toContain(project_id);
    const [found] = due(100).filter((one) => one.project_id === project_id);
    expect(JSON.parse(String(found?.text))).toMatchObject({
      backups: [{ backup_id, pinned: true, updated_at: 100 }],
    });
    if (found) store.documents.written(found);
    expect(textOf(project_id)).toBeUndefined();
  });

  test("is due again for a change in the same millisecond", () => {
    const project_id = newProject();
    annotate(project_id, true, 100);
    const [found] = due(1000).filter((one) => one.project_id === project_id);
    annotate(project_id, false, 100);
    if (found) store.documents.written(found);
    expect(textOf(project_id)).toContain('"pinned":false');
  });

  test("brings back what another host knew, and loses nothing newer", () => {
    const project_id = newProject();
    const other = openTestStore();
    try {
      other.annotations.annotate(
        [{ repository_id, backup_id, project_id }],
        { pinned: true, name: "kept" },
        500,
      );
      const [found] = other.documents.due({
        ...{ repository_id, before: 1000, now: 1000, limit: 1 },
      });
      const text = String(found?.text);
      expect(store.documents.take([{ ...place(project_id), text }])).toEqual(
        [],
      );
      expect(store.annotations.countPins(project_id, repository_id)).toBe(0);
      annotate(project_id, false, 600);
      store.documents.take([{ ...place(project_id, 2), text }]);
      expect(textOf(project_id)).toMatch(/"name":"kept".*"pinned":false/);
    } finally {
      other.close();
    }
  });

  test.each(["", "{", "[]", '{"version":2,"backups":[]}', '"text"'])(
    "of no known kind is told, and changes nothing: %s",
    (text) => {
      const project_id = newProject();
      const found = { ...place(project_id), text };
      expect(store.documents.take([found])).toEqual([found.document_id]);
      expect(textOf(project_id)).toBeUndefined();
    },
  );

  test("says nothing of another project's backups", () => {
    const [project_id, other] = [newProject(), newProject()];
    annotate(other, false, 1);
    annotate(project_id, true, 1000);
    const found = { ...place(project_id), text: String(textOf(project_id)) };
    store.documents.take([found]);
    expect(textOf(other)).toContain('"pinned":false');
  });

  test("of which a policy is not understood keeps its pins", () => {
    const project_id = newProject();
    const text = JSON.stringify({
      ...{ version: 1, policy: { every: "second tuesday" }, policy_at: 5 },
      backups: [{ backup_id, pinned: true, updated_at: 7 }],
    });
    store.documents.take([{ ...place(project_id), text }]);
    store.projects.setPolicy(project_id, null, 3);
    expect(textOf(project_id)).toContain('"policy_at":3');
    expect(textOf(project_id)).toContain('"pinned":true');
  });
});
