import {
  createLogReader,
  type LogRecord,
  type SourceRoot,
  warningsOf,
} from "../../lib/repository/log.js";
import { fixture } from "./fixture.js";

const mayNot = "may not be read";
const vanished = "vanished while it was read";

function records(stderr: string): readonly LogRecord[] {
  const reader = createLogReader();
  for (const line of stderr.trimEnd().split("\n")) reader.take(line);
  return reader.records;
}

function warnings(name: string, root?: SourceRoot) {
  return warningsOf(records(fixture(name).stderr), root).toSorted((a, b) =>
    (a.path ?? "") < (b.path ?? "") ? -1 : 1,
  );
}

const unreadable = [
  { path: "project/[WARN] ignoring error", message: mayNot },
  { path: "project/closed", message: mayNot },
  { path: "project/closed: odd\nsecond line", message: mayNot },
  { path: "project/dir", message: mayNot },
  { path: "project/dir with\nbreak", message: mayNot },
  { path: "project/listed only/inner", message: mayNot },
];

test("every unreadable file and directory is one warning, whatever its name", () => {
  expect(warnings("unreadable")).toEqual(unreadable);
});

test("a tree that was read by its absolute path has the same paths", () => {
  const root = { prefix: "/ground/stage/project/", name: "project/" };
  expect(warnings("unreadable-absolute", root)).toEqual(unreadable);
});

test("files that went away while they were read are said so", () => {
  expect(warnings("vanished")).toEqual([
    { path: "project/b", message: vanished },
    { path: "project/c: odd\nline", message: vanished },
  ]);
});

test("what a restore could not set is one warning a path", () => {
  expect(warnings("restore-unset")).toEqual([
    { path: "project", message: "setting UID/GID failed." },
    { path: "project/line\nbreak: odd", message: "setting UID/GID failed." },
    { path: "project/notes.txt", message: "setting UID/GID failed." },
    { path: "project/null", message: "creating special file failed." },
  ]);
});

test("a source that is not there is a warning", () => {
  expect(warnings("source-missing")).toEqual([
    { path: "gone", message: vanished },
  ]);
});

test.each(["rest-500-once", "s3-unknown-backup", "gcs-no-bucket"])(
  "retries and back-end chatter are no warnings (%s)",
  (name) => {
    expect(records(fixture(name).stderr).length).toBeGreaterThan(0);
    expect(warnings(name)).toEqual([]);
  },
);

test("an error is a warning without the places that it names", () => {
  expect(warnings("s3-list-denied")).toEqual([
    {
      message: expect.stringMatching(
        /^error listing Snapshot: PermissionDenied/,
      ),
    },
  ]);
  const [{ message = "" } = {}] = warnings("s3-list-denied");
  expect(message).not.toMatch(/127\.0\.0\.1|\/backups/);
});

test("a record ends where the next one or the last error begins", () => {
  const found = records(
    "[WARN] one\nof two lines\n[INFO] two\nnot mine\n[ERROR] three\nerror: four\nfive\n",
  );
  expect(found).toEqual([
    { level: "WARN", text: "one\nof two lines" },
    { level: "ERROR", text: "three" },
  ]);
});

test("other reasons are told in rustic's own words", () => {
  const text = (words: string) =>
    `ignoring error ./project/x: IO error for operation on ./project/x: ${words}`;
  const one = (words: string) =>
    warningsOf([{ level: "WARN", text: text(words) }])[0]?.message;
  expect(one("Input/output error (os error 5)")).toBe("Input/output error");
  expect(one("something unheard of")).toBe("could not be read");
});

test("a name that speaks of an error does not change the reason", () => {
  const name = "./project/(os error 2)";
  const text = `ignoring error ${name}: IO error for operation on ${name}: Permission denied (os error 13)`;
  expect(warningsOf([{ level: "WARN", text }])).toEqual([
    { path: "project/(os error 2)", message: mayNot },
  ]);
});

test("fifty thousand unreadable files are read off in seconds", () => {
  const reader = createLogReader();
  const began = performance.now();
  for (let i = 0; i < 50_000; i++) {
    const path = `./project/directory ${i}/with a longer name.txt`;
    reader.take(
      `[WARN] ignoring error ${path}: IO error for operation on ${path}: Permission denied (os error 13)`,
    );
    reader.take(
      `[WARN] ignoring error: Error: Failed to get next entry from walk iterator. (kind: related to internal operations): caused by: ${path}: IO error for operation on ${path}: Permission denied (os error 13)`,
    );
  }
  expect(warningsOf(reader.records)).toHaveLength(50_000);
  expect(performance.now() - began).toBeLessThan(10_000);
});
