import { readBackupsCommand } from "../../lib/repository/commands/snapshots.js";

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
  const backups = command.parse({ stdout, records: [] });
  return { ids: backups?.map(({ backup_id }) => backup_id), malformed };
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
