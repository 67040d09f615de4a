/**
 * rustic's error text -> code and sentence. The one place that reads it;
 * each case has a recorded fixture in test/repository/fixtures.
 */

import { BackupError, type ErrorCode } from "../../conat-api/index.js";

export interface Failure {
  /** null when a signal ended it. */
  exitCode: number | null;
  stderr: string;
  /** What we were doing: "back up the project". */
  action: string;
}

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

// In order: the cause further down decides before the generic words above it.
const cases: readonly Case[] = [
  {
    ...full,
    pattern:
      /No space left on device|Disk quota exceeded|\(os error (28|122)\)/,
    message: "The disk is full.",
  },
  {
    ...full,
    pattern: /HTTP status .*507|Insufficient Storage|QuotaExceeded/i,
    message: "The repository's storage is full.",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern:
      /HTTP status client error \((401|402|403|407)|PermissionDenied|SignatureDoesNotMatch|InvalidAccessKeyId|AccessDenied|RequestTimeTooSkewed/,
    message: "The repository refused this host's credentials.",
    hint: "Check the credentials in the configuration, and that they may write there.",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern:
      /password that has been entered, seems to be incorrect|No suitable key found/,
    message:
      "The repository exists, but this host's password does not open it.",
    hint: "Import its recovery kit: project-backups repo import KIT",
  },
  {
    code: "REPOSITORY_MISSING",
    pattern: /NoSuchBucket|No repository config file found/,
    message: "There is no repository at the configured place.",
    hint: "Check that the storage is mounted and the location is right.",
  },
  {
    code: "REPOSITORY_DAMAGED",
    pattern:
      /cryptographic operations|not found in index|missing in index|different chunker/,
    message: "Something in the repository is damaged or does not fit its key.",
    hint: "Run: project-backups repo check",
  },
  {
    code: "REPOSITORY_UNREACHABLE",
    pattern:
      /error sending request|Connection refused|connection closed|timed out|dns error|HTTP status server error|client error \((408|409|429)|Backoff failed|Temporary failure|SendRequest|ConnectionReset/i,
    message: "The repository does not answer.",
    hint: "It is tried again by itself; check the network and the server.",
  },
  {
    code: "REPOSITORY_REJECTED",
    pattern: /HTTP status client error/,
    message: "The repository refused the request.",
    hint: "Check the configured location and the server's log.",
  },
  {
    code: "FILESYSTEM_FAILED",
    pattern:
      /Permission denied|Read-only file system|Input\/output error|\(os error (5|13|30)\)/,
    message: "A file or directory could not be read or written.",
    hint: "The host's log names the path.",
  },
  {
    code: "COMMAND_MISSING",
    pattern: /unexpected argument|unrecognized subcommand/,
    message: "This rustic does not know an option that is needed.",
    hint: "Install rustic 0.11.4 or newer.",
  },
];

// A backup that is asked for by id and not there.
const missingBackup =
  /snapshots\/[0-9a-f]+[\s\S]*(No such file|NotFound|404)|No snapshot found|snapshot .*not found|client error \(404[^)]*\)[^\n]*\/snapshots\//i;

/** What a failed run means. `stderr` becomes the error's details. */
export function classifyFailure({
  exitCode,
  stderr,
  action,
}: Failure): BackupError {
  const details = `exit ${exitCode ?? "by signal"}: ${withoutBacktrace(stderr)}`;
  if (missingBackup.test(stderr)) {
    return new BackupError("NOT_FOUND", "There is no such backup.", {
      details,
    });
  }
  const known = cases.find(({ pattern }) => pattern.test(stderr));
  if (known) {
    return new BackupError(
      known.code,
      `Could not ${action}: ${lowerFirst(known.message)}`,
      {
        hint: known.hint,
        details,
      },
    );
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
      details: withoutBacktrace(stderr),
    },
  );
}

function withoutBacktrace(stderr: string): string {
  return stderr
    .replace(/\nBacktrace:\n[\s\S]*?(?=\n\[|$)/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
    .slice(-8192);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
