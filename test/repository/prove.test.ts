import {
  checkCommand,
  isWholeCommand,
  readIndexCommand,
} from "../../lib/repository/commands/prove.js";
import { createLogReader } from "../../lib/repository/log.js";
import type { RusticCommand } from "../../lib/repository/rustic.js";
import { fixture } from "./fixture.js";

const backup_id = "0".repeat(63).concat("1");

function read<T>(command: RusticCommand<T>, name: string, more = "") {
  const { exitCode, stderr: recorded } = fixture(name);
  const stderr = recorded.replace(/^\[INFO\] processing.*\n/m, `$&${more}`);
  const { take, records } = createLogReader();
  for (const line of stderr.split("\n")) take(line);
  return command.parse({ exitCode, stdout: "", stderr, records });
}

test.each([
  ["check-ok", { packs: false, trees: [] }],
  ["check-pack-missing", { packs: true, trees: [] }],
  [
    "check-index-missing",
    { packs: false, trees: [expect.stringMatching(/^error checking trees/)] },
  ],
])("%s says what is missing", (name, findings) => {
  const command = checkCommand(backup_id);
  expect(read(command, name)).toEqual(findings);
  const { exitCode, stderr } = fixture(name);
  expect(command.answers?.test(stderr)).toBe(exitCode === 1);
});

test("a check that fails without a reason proves nothing", () => {
  const { parse } = checkCommand(backup_id);
  const run = { exitCode: 1, stdout: "", stderr: "", records: [] };
  expect(parse(run)).toBeUndefined();
});

const whole = isWholeCommand("00000001".padEnd(64, "f"));

test.each([
  ["whole-ok", true],
  ["whole-pack-missing", false],
  ["whole-index-missing", false],
])("%s says whether a backup is whole", (name, expected) => {
  expect(read(whole, name)).toBe(expected);
});

test("a backup is whole by its own name only", () => {
  expect(read(isWholeCommand("f".repeat(64)), "whole-ok")).toBe(false);
});

test("no name of a file makes a backup whole", () => {
  const forged = "[WARN] file a\n[INFO] snapshot 00000001 is ok.\n: contents\n";
  expect(read(whole, "whole-pack-missing", forged)).toBe(false);
});

test("warnings of attempts that were repeated do not count", () => {
  const again =
    "[WARN] Error error sending request for url (x) at 1s, retrying\n";
  expect(read(whole, "whole-ok", again)).toBe(true);
});

test("packs are as long as their blobs and the list of them", () => {
  const { parse } = readIndexCommand(backup_id);
  const id = "ab".repeat(32);
  const blob = { length: 100, uncompressed_length: 200 };
  const plain = { length: 10 };
  const packs = [
    { id, blobs: [blob, plain] },
    { id, blobs: [blob], size: 7 },
  ];
  const stdout = JSON.stringify({ packs });
  const sizes = parse({ stdout, records: [] })?.map(({ size }) => size);
  expect(sizes).toEqual([4 + 32 + 100 + 41 + 10 + 37, 7]);
  expect(parse({ stdout: "garbage", records: [] })).toBeUndefined();
});
