import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "../../lib/repository/open.js";
import { createRepository } from "../../lib/repository/repository.js";
import { answer } from "../support/fault-proxy.js";
import { startRest } from "../support/servers/rest.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import {
  job_id,
  openingOf,
  project_id,
  restConfig,
  stageWith,
} from "./ground.js";
import { createServers, type Remote } from "./remote-ground.js";

const needs = ["rustic", "rclone", "versitygw", "fake-gcs-server"] as const;
const whole = { subset: { part: 1, of: 1 } };

const servers = createServers();
let remote: Remote;

afterAll(() => servers.stop());

describeReal("a repository over the network", { needs }, () => {
  afterEach(() => remote.stop());

  test.each(["rest", "s3", "gcs"] as const)(
    "forgets, prunes, checks and measures (%s)",
    async (kind) => {
      remote = await servers.start(kind);
      const { repository, backUp } = remote;
      const gone = await backUp({ "notes.txt": "old notes\n" });
      const kept = await backUp({ "notes.txt": "new notes\n" });
      await repository.forget([gone]);
      expect(await repository.ids()).toEqual([kept]);
      const before = await repository.figures();
      expect(before).toMatchObject({ backups: 1, index_files: 2 });
      const { packs_marked } = await repository.prune({ keepDeleteSeconds: 0 });
      expect(packs_marked).toBeGreaterThan(0);
      const pruned = await repository.prune({ keepDeleteSeconds: 0 });
      expect(pruned.packs_removed).toBe(packs_marked);
      expect(await repository.check(whole)).toEqual({ errors: [] });
      const { packs, index_files, size_bytes } = await repository.figures();
      expect(index_files).toBe(1);
      expect(packs).toBe(before.packs - packs_marked);
      expect(size_bytes).toBeLessThan(before.size_bytes);
      const directory = tempDir("target");
      const input = { backup_id: kept, directory, onBytes() {} };
      expect((await repository.restore(input, {})).files).toBe(1);
    },
  );

  test("knows what did not change without proving it again", async () => {
    remote = await servers.start("rest");
    const { repository, proxy, opening } = remote;
    const directory = stageWith({ "notes.txt": "notes\n" });
    const what = { directory, source: ["."], project_id, job_id };
    const input = { ...what, onBytes() {} };
    const { backup_id: parent } = await repository.backup(input, {});
    proxy.requests.length = 0;
    const again = await repository.backup({ ...input, parent }, {});
    expect(again).toMatchObject({ backup_id: parent, unchanged: true });
    expect(proxy.requests).toContain("GET snapshots/");
    expect(proxy.requests.join("\n")).not.toMatch(/POST|data/);
    const marks = join(opening.dataDir, "unproven/main");
    expect(readdirSync(marks)).toEqual([]);
  });

  test("takes no document for stored that it did not keep", async () => {
    remote = await servers.start("rest");
    const { repository, proxy } = remote;
    const old = await repository.saveAnnotations(project_id, "old");
    proxy.arm([{ on: "POST snapshots", fault: answer(200) }]);
    await expect(
      repository.saveAnnotations(project_id, "new", { replaces: [old] }),
    ).rejects.toMatchObject({ code: "REPOSITORY_UNREACHABLE" });
    proxy.arm([]);
    const { annotations } = await repository.read(await repository.ids());
    expect(annotations).toMatchObject([{ id: old, text: "old" }]);
  });
});

describeReal("where nothing can be deleted", { needs }, () => {
  test("a document stays beside the new one, and nothing is forgotten", async () => {
    const server = await startRest({ appendOnly: true });
    try {
      const opening = openingOf(restConfig(server), {});
      const opened = await openRepository(opening);
      const place = { ...opening, ...opened, name: "main", kind: "rest" };
      const repository = createRepository({ ...place, direct: true });
      const old = await repository.saveAnnotations(project_id, "old");
      const replaces = { replaces: [old] };
      const id = await repository.saveAnnotations(project_id, "new", replaces);
      const { annotations } = await repository.read(await repository.ids());
      const texts = annotations
        .toSorted((a, b) => a.time - b.time)
        .map(({ text }) => text);
      expect(texts).toEqual(["old", "new"]);
      const refused = { code: "REPOSITORY_REJECTED" };
      await expect(repository.forget([id])).rejects.toMatchObject(refused);
    } finally {
      await server.stop();
    }
  });
});
