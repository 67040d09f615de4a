import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  listIdsCommand,
  readBackupsCommand,
} from "../../lib/repository/commands/snapshots.js";
import { openRepository } from "../../lib/repository/open.js";
import { createRepository } from "../../lib/repository/repository.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { job_id, openingOf, stageWith } from "./ground.js";

const [good, bad, foreign] = ["a", "b", "c"].map((one) => one.repeat(64));
const project_id = "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b11";
const time = "2026-01-02T03:04:05.123456789+01:00";

const snapshot = (id: string | undefined, more: object = {}) => ({
  ...{ id, time, hostname: project_id },
  ...more,
});

const read = (snapshots: unknown) => {
  const malformed: string[] = [];
  const command = readBackupsCommand([], (id) => malformed.push(id));
  const stdout = JSON.stringify([{ group_key: {}, snapshots }]);
  const found = command.parse({ stdout, records: [] });
  return { ids: found?.backups.map(({ backup_id }) => backup_id), malformed };
};

test("a snapshot of another host's name is no backup", () => {
  const stranger = snapshot(foreign, { hostname: "laptop" });
  const found = read([stranger, snapshot(good)]);
  expect(found).toEqual({ ids: [good], malformed: [] });
});

test.each([
  ["without a host", { hostname: undefined }],
  ["with a time that is none", { time: "yesterday" }],
  ["with a summary that is none", { summary: { total_duration: "long" } }],
])("one snapshot %s does not hide the others", (_what, more) => {
  const found = read([snapshot(bad, more), snapshot(good)]);
  expect(found).toEqual({ ids: [good], malformed: [bad] });
});

test("one without an id is told of as well", () => {
  const found = read([snapshot(undefined), null, snapshot(good)]);
  expect(found.ids).toEqual([good]);
  expect(found.malformed).toEqual(["without an id", "without an id"]);
});

test("what is no list of snapshots proves nothing", () => {
  expect(read({ a: 1 }).ids).toBeUndefined();
});

test("one that is left out is no answer", () => {
  const command = readBackupsCommand([good as string, bad as string]);
  const stdout = JSON.stringify([{ snapshots: [snapshot(good)] }]);
  expect(command.parse({ stdout, records: [] })).toBeUndefined();
});

test.each([
  ["", []],
  [`SnapshotId(${good})\n`, [good]],
  [`SnapshotId(${good})\nSnapshotId(${bad})\n`, [good, bad]],
  [`SnapshotId(${good})\nSnapshotId(bbb`, undefined],
  ["all is well\n", undefined],
])("the ids of %j are %p", (stdout, ids) => {
  expect(listIdsCommand.parse({ stdout, records: [] })).toEqual(ids);
});

test.each([
  [["job=0d5c2a52-8f5c-4d8a-9a0a-0d9a52e7a001"], true],
  [["daily", "job=0d5c2a52-8f5c-4d8a-9a0a-0d9a52e7a001"], true],
  [["job=../../etc"], false],
  [["0d5c2a52-8f5c-4d8a-9a0a-0d9a52e7a001"], false],
  [[], false],
])("tags %p name a job: %p", (tags, named) => {
  const stdout = JSON.stringify([{ snapshots: [snapshot(good, { tags })] }]);
  const found = readBackupsCommand([]).parse({ stdout, records: [] });
  expect(found?.backups[0]?.job_id).toBe(
    named ? "0d5c2a52-8f5c-4d8a-9a0a-0d9a52e7a001" : null,
  );
});

describeReal(
  "a repository with a damaged snapshot",
  { needs: ["rustic"] },
  () => {
    test("is read, but for that one", async () => {
      const path = join(tempDir("storage"), "repository");
      const opening = openingOf({ kind: "local", path }, {});
      const opened = await openRepository(opening);
      const place = { ...opening, ...opened, name: "main", kind: "local" };
      const repository = createRepository({ ...place, direct: true });
      const backUp = async (content: string) => {
        const directory = stageWith({ "notes.txt": content });
        const what = { directory, source: ["."], project_id, job_id };
        const input = { ...what, onBytes() {} };
        return (await repository.backup(input, {})).backup_id;
      };
      const whole = [await backUp("1"), await backUp("2"), await backUp("3")];
      const broken = "5".repeat(64);
      writeFileSync(join(path, "snapshots", broken), randomBytes(300));
      const ids = await repository.ids();
      expect(ids).toContain(broken);
      const malformed: string[] = [];
      const onMalformed = (id: string) => malformed.push(id);
      const found = await repository.read(ids, { onMalformed });
      const read = found.backups.map(({ backup_id }) => backup_id);
      expect(read.toSorted()).toEqual(whole.toSorted());
      expect(malformed).toEqual([broken]);
    });
  },
);
