import type { ErrorCode } from "../../conat-api/index.js";
import {
  asDamage,
  classifyFailure,
  unproven,
  Vanished,
} from "../../lib/repository/failure.js";
import { fixture, fixtureNames } from "./fixture.js";

const action = "do it";

const refused =
  "Could not do it: the repository refused this host's credentials. Check the credentials in the configuration, and that they may write there.";
const notThere =
  "Could not do it: there is no repository at the configured place. Check that the storage is mounted and the location is right.";
const damaged =
  "Could not do it: something in the repository is damaged or missing. Do not prune it; other backups in it may still be whole.";
const silent =
  "Could not do it: the repository does not answer as it should. Check the network and the server, then start again.";
const full =
  "Could not do it: the repository's storage is full. Free some space there and start again.";
const files =
  "Could not do it: a file or directory could not be read or written. The host's log names the path.";
const noBackup = "There is no such backup. Refresh the list of backups.";
const declined =
  "Could not do it: the repository's server refused the request. Check the configured location and the server's log.";
const noKey =
  "Could not do it: this host's key of the repository is missing or damaged. Import the recovery kit: project-backups repo import KIT";

const meanings: Record<string, [ErrorCode, string]> = {
  "wrong-password": [
    "REPOSITORY_REJECTED",
    "Could not do it: the repository does not open with this host's password. Import its recovery kit: project-backups repo import KIT",
  ],
  "key-of-another": [
    "REPOSITORY_REJECTED",
    "Could not do it: the repository does not open with this host's key: it is another one, or damaged. Compare the configured location with the recovery kit.",
  ],
  "key-cut-short": ["REPOSITORY_REJECTED", noKey],
  "key-empty": ["REPOSITORY_REJECTED", noKey],
  "key-file-missing": ["REPOSITORY_REJECTED", noKey],
  "local-exists": [
    "REPOSITORY_REJECTED",
    "Could not do it: another host made a repository there just now. Import its recovery kit: project-backups repo import KIT",
  ],
  "local-missing": ["REPOSITORY_MISSING", notThere],
  "local-missing-backup": ["REPOSITORY_MISSING", notThere],
  // rustic's words; existence.ts then looks for itself.
  "local-not-readable": ["REPOSITORY_MISSING", notThere],
  "local-full": ["NO_SPACE", full],
  "local-read-only": ["FILESYSTEM_FAILED", files],
  "local-init-read-only": ["FILESYSTEM_FAILED", files],
  "local-not-writable": ["FILESYSTEM_FAILED", files],
  "local-list-denied": ["FILESYSTEM_FAILED", files],
  "target-not-writable": ["FILESYSTEM_FAILED", files],
  "target-full": [
    "NO_SPACE",
    "Could not do it: the disk that it writes to is full. Free some space there and start again.",
  ],
  "unknown-backup-restore": ["NOT_FOUND", noBackup],
  "unknown-backup-read": ["NOT_FOUND", noBackup],
  "rest-unknown-backup": ["NOT_FOUND", noBackup],
  "s3-unknown-backup": ["NOT_FOUND", noBackup],
  "gcs-unknown-backup": ["NOT_FOUND", noBackup],
  "pack-cut-short": ["REPOSITORY_DAMAGED", damaged],
  "pack-bit-flip": ["REPOSITORY_DAMAGED", damaged],
  "pack-missing": ["REPOSITORY_DAMAGED", damaged],
  "rest-pack-missing": ["REPOSITORY_DAMAGED", damaged],
  "s3-pack-missing": ["REPOSITORY_DAMAGED", damaged],
  "whole-rest-pack-short": ["REPOSITORY_DAMAGED", damaged],
  "index-missing": ["REPOSITORY_DAMAGED", damaged],
  "rest-restore-404": ["REPOSITORY_DAMAGED", damaged],
  "rest-restore-short": ["REPOSITORY_DAMAGED", damaged],
  "rest-restore-401": ["REPOSITORY_REJECTED", refused],
  "rest-lost-reply": [
    "REPOSITORY_UNREACHABLE",
    "Could not do it: a reply of the repository was lost on its way. Check the network and the server, then start again.",
  ],
  "prune-tree-unsaid": [
    "COMMAND_FAILED",
    "Could not do it: rustic ended by a signal. The host's log has its last words.",
  ],
  "prune-pack-short": ["REPOSITORY_DAMAGED", damaged],
  "prune-pack-missing": ["REPOSITORY_DAMAGED", damaged],
  "snapshot-cut-short": ["REPOSITORY_DAMAGED", damaged],
  "rest-refused": ["REPOSITORY_UNREACHABLE", silent],
  "rest-refused-backup": ["REPOSITORY_UNREACHABLE", silent],
  "rest-no-such-host": ["REPOSITORY_UNREACHABLE", silent],
  "rest-timeout": ["REPOSITORY_UNREACHABLE", silent],
  // rustic's words for every status but 200; existence.ts then asks.
  "rest-config-refused": ["REPOSITORY_MISSING", notThere],
  "rest-post-401": ["REPOSITORY_REJECTED", refused],
  "rest-post-403": ["REPOSITORY_REJECTED", refused],
  "rest-post-404": ["REPOSITORY_MISSING", notThere],
  "rest-post-snapshot-404": ["REPOSITORY_MISSING", notThere],
  "rest-post-413": ["REPOSITORY_REJECTED", declined],
  "rest-post-429": ["REPOSITORY_UNREACHABLE", silent],
  "rest-post-500": ["REPOSITORY_UNREACHABLE", silent],
  "rest-post-503": ["REPOSITORY_UNREACHABLE", silent],
  "rest-post-507": ["NO_SPACE", full],
  "s3-wrong-secret": ["REPOSITORY_REJECTED", refused],
  "s3-wrong-secret-init": ["REPOSITORY_REJECTED", refused],
  "s3-put-denied": ["REPOSITORY_REJECTED", refused],
  "s3-list-denied": ["REPOSITORY_REJECTED", refused],
  "s3-list-keys-denied": ["REPOSITORY_REJECTED", refused],
  "s3-list-denied-backup": ["REPOSITORY_REJECTED", refused],
  // The gateway answers 404 for a key that it does not know.
  "s3-wrong-key": ["REPOSITORY_MISSING", notThere],
  "s3-no-repository": ["REPOSITORY_MISSING", notThere],
  "s3-no-bucket": ["REPOSITORY_MISSING", notThere],
  "s3-no-bucket-init": ["REPOSITORY_MISSING", notThere],
  "s3-put-503": ["REPOSITORY_UNREACHABLE", silent],
  "s3-refused": ["REPOSITORY_UNREACHABLE", silent],
  "s3-put-507": ["NO_SPACE", full],
  "s3-put-quota": ["NO_SPACE", full],
  "s3-burst": [
    "INVALID_ARGUMENT",
    "Could not do it: the bandwidth limit does not let a pack of this repository through. Leave limits.bandwidth_bytes_per_second out of the configuration.",
  ],
  "gcs-no-repository": ["REPOSITORY_MISSING", notThere],
  "gcs-no-bucket": ["REPOSITORY_MISSING", notThere],
  "gcs-no-bucket-init": ["REPOSITORY_MISSING", notThere],
  "gcs-denied": ["REPOSITORY_REJECTED", refused],
  "gcs-refused": ["REPOSITORY_UNREACHABLE", silent],
  // Where the same is missing again: race.ts looks.
  "race-backup-index": ["REPOSITORY_DAMAGED", damaged],
  "race-restore-index": ["REPOSITORY_DAMAGED", damaged],
  "race-check-snapshot": ["NOT_FOUND", noBackup],
  "race-prune-snapshot": ["NOT_FOUND", noBackup],
  "race-prune-tree": ["REPOSITORY_DAMAGED", damaged],
  "race-prune-abort": ["REPOSITORY_DAMAGED", damaged],
  "race-rest-index": ["REPOSITORY_DAMAGED", damaged],
  "race-s3-index": ["REPOSITORY_DAMAGED", damaged],
  "unknown-option": [
    "COMMAND_MISSING",
    "Could not do it: this rustic does not know an option that is needed. Install rustic 0.11.4 or newer.",
  ],
};

/** Runs that rustic itself called good, and answers of a check. */
const notFailures = [
  "check-index-missing",
  "check-ok",
  "check-pack-missing",
  "whole-index-missing",
  "whole-ok",
  "whole-pack-missing",
  "interrupted",
  "rest-500-once",
  "restore-unset",
  "source-missing",
  "unreadable",
  "unreadable-absolute",
  "vanished",
];

test("each recorded text has a meaning here", () => {
  const known = [...Object.keys(meanings), ...notFailures];
  expect(fixtureNames().toSorted()).toEqual(known.toSorted());
});

test.each(Object.entries(meanings))(
  "%s has its code and sentence",
  (name, [code, message]) => {
    const failure = classifyFailure({ ...fixture(name), action });
    expect(failure).toMatchObject({ code, message });
  },
);

test.each(Object.keys(meanings))(
  "%s leaves no place or machinery in its sentence",
  (name) => {
    const { message } = classifyFailure({ ...fixture(name), action });
    expect(message).not.toMatch(
      /\/|https?:|127\.0\.0\.1|[0-9a-f]{64}|Backtrace|panicked|\n/,
    );
  },
);

test.each(Object.keys(meanings))(
  "%s keeps its words for the log, without what never says anything",
  (name) => {
    const { exitCode, stderr } = fixture(name);
    const { details = "" } = classifyFailure({ exitCode, stderr, action });
    expect(details).toMatch(/^exit (\d+|by signal): /);
    expect(details).not.toMatch(
      /^Backtrace|disabled backtrace|We believe|RUST_BACKTRACE/m,
    );
    const last = stderr.match(/^error: .*|^called .*/m)?.[0] ?? "";
    expect(details).toContain(last.slice(0, 60));
  },
);

test.each([
  ["race-backup-index", /^index\//],
  ["race-restore-index", /^index\//],
  ["race-check-snapshot", /^snapshots\//],
  ["race-prune-snapshot", /^snapshots\//],
  ["race-prune-tree", /^Tree ID `\w{8}`$/],
  ["race-prune-abort", /^Tree ID `\w{8}`$/],
  ["race-rest-index", /^index\//],
  ["race-s3-index", /^index\//],
  ["prune-tree-unsaid", /^a tree$/],
])("%s names what vanished: %p", (name, missing) => {
  const failure = classifyFailure({ ...fixture(name), action, args: [] });
  expect(failure).toBeInstanceOf(Vanished);
  expect(failure).toMatchObject({ missing: expect.stringMatching(missing) });
});

test.each(["pack-missing", "rest-post-404", "rest-unknown-backup"])(
  "%s is about nothing that vanished",
  (name) => {
    const args = ["ls", `${"ab".repeat(32)}:project`];
    const failure = classifyFailure({ ...fixture(name), action, args });
    expect(failure).not.toBeInstanceOf(Vanished);
  },
);

test("a refusal after a failed attempt elsewhere is a refusal", () => {
  const { exitCode, stderr } = fixture("rest-lost-reply");
  const elsewhere = stderr.replace("2) at 1s, retrying", "3) at 1s, retrying");
  expect(elsewhere).not.toBe(stderr);
  const failure = classifyFailure({ exitCode, stderr: elsewhere, action });
  expect(failure.code).toBe("REPOSITORY_REJECTED");
});

test("the details are the end of a long text", () => {
  const stderr = `${"x".repeat(100_000)}\nerror: the last words\n`;
  const { details = "" } = classifyFailure({ exitCode: 1, stderr, action });
  expect(details.length).toBeLessThan(9000);
  expect(details).toMatch(/error: the last words$/);
});

test("what never happened before is COMMAND_FAILED with its exit code", () => {
  const failure = (exitCode: number | null) =>
    classifyFailure({ exitCode, stderr: "error: something new\n", action });
  expect(failure(1)).toMatchObject({
    code: "COMMAND_FAILED",
    message:
      "Could not do it: rustic ended with exit code 1. The host's log has its last words.",
  });
  expect(failure(null).message).toContain("rustic ended by a signal.");
});

test.each([
  "No space left on device (os error 28)",
  "PermissionDenied (persistent)",
  "HTTP status client error (403",
  "No suitable key found for the given password",
  "\nNo repository config file found",
  "x/snapshots/0000000000000000000000000000000000000000000000000000000000000001)",
])("a project's file named %j does not decide what went wrong", (name) => {
  const warning = `[WARN] ignoring error ./project/${name}: IO error for operation on ./project/${name}: Permission denied (os error 13)\n`;
  const { exitCode, stderr } = fixture("rest-post-500");
  const failure = classifyFailure({
    exitCode,
    stderr: stderr.replace("[ERROR]", `${warning}[ERROR]`),
    action,
  });
  expect(failure.code).toBe("REPOSITORY_UNREACHABLE");
});

test("a run without a proof of success has failed", () => {
  const { stderr } = fixture("interrupted");
  expect(unproven(action, stderr)).toMatchObject({
    code: "COMMAND_FAILED",
    message:
      "Could not do it: rustic ended without the result that proves it. The host's log has its last words.",
    details: expect.stringContaining("Ctrl-C received"),
  });
});

test("a tree that cannot be read is damage, unless the network was at fault", () => {
  const { exitCode, stderr } = fixture("prune-tree-unsaid");
  const dies = (text: string) =>
    asDamage(classifyFailure({ exitCode, stderr: text, action }));
  const damage = { code: "REPOSITORY_DAMAGED" };
  expect(dies(stderr)).toMatchObject(damage);
  const unnamed = "[WARN] pack 01280ca9 not referenced in index.\n";
  expect(dies(unnamed + stderr)).toMatchObject(damage);
  const warned = `[WARN] error: connection refused, retrying\n${stderr}`;
  expect(dies(warned)).toMatchObject({ code: "COMMAND_FAILED" });
});
