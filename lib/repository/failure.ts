/**
 * rustic's error text -> code and sentence. The one place that reads it;
 * each case has a recorded fixture in test/repository/fixtures.
 */

import { BackupError, type ErrorCode } from "../../conat-api/index.js";

export interface Failure {
  /** null when a signal ended it: a panic of rustic does so too. */
  exitCode: number | null;
  stderr: string;
  /** What we were doing: "back up the project". */
  action: string;
  /** The command's arguments: a backup that they name was asked for. */
  args?: readonly string[];
}

/**
 * A file went between its listing and its reading, or a backup came after
 * the index was read: another command was quicker, a prune above all. What is
 * damaged looks the same, but the same is missing when it is looked for again.
 */
export class Vanished extends BackupError {
  missing = "";
}

/**
 * It could not read a tree, and one of its threads died before another had
 * said why. Rather the rule than the exception where several are missing.
 */
export class TreeUnread extends Vanished {
  override missing = "a tree";
}

/** Something else vanished each time: nothing is damaged, and nothing done. */
export class LostRace extends BackupError {}

interface Case {
  code: ErrorCode;
  pattern: RegExp;
  message: string;
  hint: string;
}

const full = {
  code: "NO_SPACE",
  hint: "Free some space there and start again.",
} as const;

const damaged = {
  code: "REPOSITORY_DAMAGED",
  message: "something in the repository is damaged or missing.",
  hint: "Do not prune it; other backups in it may still be whole.",
} as const;

const missing = {
  code: "REPOSITORY_MISSING",
  message: "there is no repository at the configured place.",
  hint: "Check that the storage is mounted and the location is right.",
} as const;

// In order: what is certain comes before the generic words around it.
const cases: readonly Case[] = [
  {
    ...full,
    pattern: /CouldNotWriteToBuffer\(Os \{ code: (28|122),/,
    message: "the disk that it writes to is full.",
  },
  {
    ...full,
    // status: 507 is opendal's, QuotaExceeded comes with a 403.
    pattern:
      /\(os error (28|122)\)|HTTP status server error \(507|Status\(507,|status: 507|InsufficientStorage|"QuotaExceeded"/,
    message: "the repository's storage is full.",
  },
  {
    code: "INVALID_ARGUMENT",
    pattern: /burst size is smaller than the request size/,
    message:
      "the bandwidth limit does not let a pack of this repository through.",
    hint: "Leave limits.bandwidth_bytes_per_second out of the configuration.",
  },
  {
    code: "REPOSITORY_REJECTED",
    // A local EACCES has "PermissionDenied" in it as well, without a bracket.
    pattern:
      /HTTP status client error \((401|402|403|407)|Status\((401|402|403|407),|PermissionDenied \((persistent|permanent|temporary)\)/,
    message: "the repository refused this host's credentials.",
    hint: "Check the credentials in the configuration, and that they may write there.",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /No suitable key found for the given password/,
    message: "the repository does not open with this host's password.",
    hint: "Import its recovery kit: project-backups repo import KIT",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /error processing Config:/,
    message:
      "the repository does not open with this host's key: it is another one, or damaged.",
    hint: "Compare the configured location with the recovery kit.",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /Opening key file failed|Error deserializing key/,
    message: "this host's key of the repository is missing or damaged.",
    hint: "Import the recovery kit: project-backups repo import KIT",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /Config file already exists/,
    message: "another host made a repository there just now.",
    hint: "Import its recovery kit: project-backups repo import KIT",
  },
  {
    ...missing,
    pattern: /No repository config file found|"NoSuchBucket"/,
  },
  {
    ...missing,
    // GCS: the bucket is named in the request only.
    pattern: /Creating directory `keys\/` failed[\s\S]*NotFound \(/,
  },
  {
    ...damaged,
    pattern:
      /cryptographic operations|kind: Cryptography|not found in index|missing in index|^Pack `\w+` does not exist|^Pack size `\d+` of id `\w+` does not match|different chunker|Failed to read the exact length|range end index \d+ out of range|split_off out of bounds: \d+ <= \d+/m,
  },
  {
    ...missing,
    pattern: /error backing up[\s\S]*HTTP status client error \(404/,
  },
  {
    ...damaged,
    // A file that is gone, in the words of each back end.
    pattern:
      /\/data\/[0-9a-f]{2}\/[0-9a-f]{64}"\)\], source: Some\(Os \{ code: 2,|- path: \S*\/(?:index|snapshots|data)\/\S*[0-9a-f]{64}\n[\s\S]*\(os error 2\)|client error \(404[^)]*\) for url \(\S*\/(?:index|snapshots|data)\/|Status\(404, \w+\), url: "\S*\/data\/|Reading file `(?:index|snapshots|data)\/\S+` failed[\s\S]*NotFound \(/,
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /HTTP status client error \((?!408|409|429)/,
    message: "the repository's server refused the request.",
    hint: "Check the configured location and the server's log.",
  },
  {
    code: "REPOSITORY_UNREACHABLE",
    pattern:
      /error sending request|HTTP status server error|HTTP status client error|Backoff failed|RateLimited \(|status: 5\d\d|\((?:temporary|persistent)\) at \w+/,
    message: "the repository does not answer as it should.",
    hint: "Check the network and the server, then start again.",
  },
  {
    code: "FILESYSTEM_FAILED",
    pattern: /\(os error (5|13|30|116)\)|Os \{ code: (5|13|30|116),/,
    message: "a file or directory could not be read or written.",
    hint: "The host's log names the path.",
  },
  {
    code: "COMMAND_MISSING",
    pattern: /^error: (unexpected argument|unrecognized subcommand)/m,
    message: "this rustic does not know an option that is needed.",
    hint: "Install rustic 0.11.4 or newer.",
  },
];

// A backup that is asked for by its full id and is not there: a local
// repository, opendal, REST. While a backup runs the same words mean that its
// own snapshot could not be stored.
const missingBackup =
  /- path: [^\n]*\/snapshots\/[0-9a-f]{64}\n[\s\S]*\(os error 2\)|Reading file `snapshots\/\S+` failed[\s\S]*NotFound \(|client error \(404[^)]*\) for url \(\S*\/snapshots\/[0-9a-f]{64}\)/;

// Before a backup or a restore begins; prune and check until they end.
const vanishings = [
  // A local repository, REST, opendal.
  /- path: \S*\/((?:index|snapshots|data)\/\S*[0-9a-f]{64})\n[\s\S]*\(os error 2\)/,
  /client error \(404[^)]*\) for url \(\S*\/((?:index|snapshots|data)\/[0-9a-f]{64})\)/,
  /Reading file `((?:index|snapshots|data)\/\S+)` failed[\s\S]*NotFound \(/,
  /(Tree ID `[0-9a-f]+`) not found in index/,
  /(Blob ID `[0-9a-f]+`) is missing in index files/,
];

/** undefined: the failure has another reason. */
function vanished(cause: string): string | undefined {
  // A part of it may be stored by now.
  if (cause.includes("error backing up")) return undefined;
  return vanishings.map((pattern) => pattern.exec(cause)?.[1]).find(Boolean);
}

/** A backup that the command named, and not one that it came upon. */
function isMissingBackup(cause: string, args?: readonly string[]): boolean {
  const [words] = missingBackup.exec(cause) ?? [];
  if (words === undefined || cause.includes("error backing up")) return false;
  const [id = ""] = /[0-9a-f]{64}/.exec(words) ?? [];
  return args === undefined || args.some((arg) => arg.includes(id));
}

const lostReply = {
  code: "REPOSITORY_UNREACHABLE",
  message: "a reply of the repository was lost on its way.",
  hint: "Check the network and the server, then start again.",
} as const;

const refusedAt = /HTTP status client error \(40[39][^)]*\) for url \((\S+)\)/;

/**
 * Where no reply comes, rustic sends the file again. A server that lets
 * nobody overwrite a file refuses that: the credentials are good.
 */
function wasKeptBefore(cause: string, stderr: string): boolean {
  const [, url] = refusedAt.exec(cause) ?? [];
  if (url === undefined) return false;
  return stderr
    .split("\n")
    .some(
      (line) =>
        line.startsWith("[WARN] Error ") &&
        line.includes(`for url (${url})`) &&
        line.endsWith(", retrying"),
    );
}

/**
 * What a failed run means: Vanished where it may be worth running again.
 * `stderr` becomes the error's details.
 */
export function classifyFailure(failure: Failure): BackupError {
  const error = classify(failure);
  const { code, message, details } = error;
  if (code === "COMMAND_FAILED" && diedOfTree(failure)) {
    return new TreeUnread(code, message, { details });
  }
  const missing = vanished(withoutWarnings(failure.stderr));
  if (missing === undefined || code === "NOT_FOUND") return error;
  return Object.assign(new Vanished(code, message, { details }), { missing });
}

/** Where a network fails rustic warns of that before. */
function diedOfTree({ stderr }: Failure): boolean {
  const inTrees = /panicked at \S*\/blob\/tree\.rs:/;
  return inTrees.test(stderr) && !/^\[WARN\] (?!pack )/m.test(stderr);
}

/** Who looks through all trees may say so: it was no passing matter. */
export function asDamage(error: BackupError): BackupError {
  if (!(error instanceof TreeUnread)) return error;
  const { details } = error;
  return new BackupError(
    damaged.code,
    "A tree in the repository cannot be read.",
    { hint: damaged.hint, details, cause: error },
  );
}

/** What has been missing, something else each time. */
export function lostRace(action: string, last: Vanished): LostRace {
  return new LostRace(
    "COMMAND_FAILED",
    `Could not ${action}: the repository kept changing meanwhile.`,
    {
      hint: "Start again when less is going on.",
      details: last.details,
      cause: last,
    },
  );
}

function classify({ exitCode, stderr, action, args }: Failure): BackupError {
  const details = `exit ${exitCode ?? "by signal"}: ${lastWords(stderr)}`;
  const cause = withoutWarnings(stderr);
  if (isMissingBackup(cause, args)) {
    return new BackupError("NOT_FOUND", "There is no such backup.", {
      hint: "Refresh the list of backups.",
      details,
    });
  }
  const known: Omit<Case, "pattern"> | undefined = wasKeptBefore(cause, stderr)
    ? lostReply
    : cases.find(({ pattern }) => pattern.test(cause));
  if (known) {
    const message = `Could not ${action}: ${known.message}`;
    return new BackupError(known.code, message, { hint: known.hint, details });
  }
  return new BackupError(
    "COMMAND_FAILED",
    `Could not ${action}: rustic ended ${exitCode === null ? "by a signal" : `with exit code ${exitCode}`}.`,
    { hint: "The host's log has its last words.", details },
  );
}

/** The command said it went well, but what proves it is missing. */
export function unproven(action: string, stderr: string): BackupError {
  return new BackupError(
    "COMMAND_FAILED",
    `Could not ${action}: rustic ended without the result that proves it.`,
    {
      hint: "The host's log has its last words.",
      details: lastWords(stderr),
    },
  );
}

/**
 * What went wrong for good: warnings are about files that people named, and
 * about attempts that were repeated.
 */
function withoutWarnings(stderr: string): string {
  return stderr.replace(
    /^\[(?:WARN|INFO|DEBUG|TRACE)\] [\s\S]*?(?=^\[[A-Z]+\] |^error: |^thread '|(?![\s\S]))/gm,
    "",
  );
}

/** The end of the text, without the parts that never say anything. */
function lastWords(stderr: string): string {
  return stderr
    .replace(/^(Backtrace:\n)?disabled backtrace .*\n?/gm, "")
    .replace(/^note: run with `RUST_BACKTRACE.*\n?/gm, "")
    .replace(/^We believe this is a bug[\s\S]*?improve rustic!\n/gm, "")
    .replace(/^Some additional details \.\.\.\n/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
    .slice(-8192);
}
