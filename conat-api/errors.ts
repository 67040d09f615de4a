/**
 * One error, closed codes. What is retried, and how often, is read off one
 * table; what the wire keeps of an error is `message` and `code`.
 */

export type RetryRule =
  | { retry: "never" }
  /** Again with backoff; at most `attempts` rows in all. */
  | { retry: "backoff"; attempts: number };

const never: RetryRule = { retry: "never" };

/** Every code there is, and what a backup that ended with it may expect. */
export const retryRules = {
  INVALID_ARGUMENT: never,
  PERMISSION_DENIED: never,
  NOT_FOUND: never,
  CONFLICT: never,
  LIMIT_EXCEEDED: never,
  CANCELLED: never,
  COMMAND_MISSING: never,
  NO_SPACE: never,
  REPOSITORY_REJECTED: never,
  REPOSITORY_DAMAGED: never,
  INTERNAL: never,
  REPOSITORY_MISSING: { retry: "backoff", attempts: 2 },
  REPOSITORY_UNREACHABLE: { retry: "backoff", attempts: Infinity },
  FILESYSTEM_FAILED: { retry: "backoff", attempts: Infinity },
  STALLED: { retry: "backoff", attempts: Infinity },
  INTERRUPTED: { retry: "backoff", attempts: Infinity },
  COMMAND_FAILED: { retry: "backoff", attempts: 3 },
} as const satisfies Record<string, RetryRule>;

export type ErrorCode = keyof typeof retryRules;

export const errorCodes = Object.keys(retryRules) as [
  ErrorCode,
  ...ErrorCode[],
];

export interface BackupErrorOptions {
  cause?: unknown;
  /** What to do next, one sentence; it becomes the message's last one. */
  hint?: string;
  /** For the log only: a command's stderr tail, paths of the host. */
  details?: string | undefined;
}

/**
 * Every failure of this package. `message` is one or two sentences that a
 * person understands and ends with what to do next; `details` never leaves
 * the host.
 */
export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly code: ErrorCode;
  /** The message without its hint. */
  readonly summary: string;
  readonly details: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, hint, details }: BackupErrorOptions = {},
  ) {
    super(
      hint ? `${message} ${hint}` : message,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.summary = message;
    this.details = details;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(retryRules, value);
}

/** Anything thrown, as the one public error; the cause is kept. */
export function toBackupError(error: unknown): BackupError {
  if (error instanceof BackupError) return error;
  return (
    fromSystemError(error) ??
    new BackupError("INTERNAL", "Something went wrong on the host.", {
      hint: "The host's log has the details.",
      cause: error,
      details: textOf(error, "stack"),
    })
  );
}

const full = /^(ENOSPC|EDQUOT|SQLITE_FULL)$/;
/** SQLite's extended codes only add to these: SQLITE_IOERR_WRITE. */
const refused =
  /^(EACCES|EPERM|EROFS|EIO|EBUSY|SQLITE_(IOERR|READONLY|CANTOPEN)(_.+)?)$/;

function fromSystemError(error: unknown): BackupError | undefined {
  // By its fields: an error may come from another realm.
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== "string") return undefined;
  const options = { cause: error, details: textOf(error, "message") };
  if (full.test(code)) {
    return new BackupError("NO_SPACE", "The host's disk is full.", {
      ...options,
      hint: "Free some space and start again.",
    });
  }
  if (refused.test(code)) {
    return new BackupError(
      "FILESYSTEM_FAILED",
      `The host's file system refused an operation (${code}).`,
      { ...options, hint: "The host's log names the path." },
    );
  }
  return undefined;
}

/** The error of a reply (Conat keeps `message` and `code`) as ours. */
export function fromWireError(error: unknown): BackupError {
  if (error instanceof BackupError) return error;
  const { code } = (error ?? {}) as { code?: unknown };
  const text = textOf(error, "message");
  const cause = error;
  if (isErrorCode(code)) return new BackupError(code, text, { cause });
  // Conat may report a refusal of a subject as a time-out, code 408.
  if (["401", "403"].includes(String(code)) || /permission denied/.test(text)) {
    return new BackupError("PERMISSION_DENIED", text, { cause });
  }
  if (["408", "503"].includes(String(code))) {
    return new BackupError(
      "INTERRUPTED",
      "The project's host does not answer.",
      { cause, hint: "Try again in a minute.", details: text },
    );
  }
  if (String(code) === "429") {
    return new BackupError("INTERRUPTED", "Too many requests at once.", {
      ...{ cause, hint: "Try again in a minute.", details: text },
    });
  }
  return new BackupError("INTERNAL", text, { cause });
}

/** Never empty, whatever was thrown. */
function textOf(thrown: unknown, field: "message" | "stack"): string {
  const { [field]: text } = (thrown ?? {}) as Record<string, unknown>;
  if (typeof text === "string" && text) return text;
  return typeof thrown === "string" && thrown
    ? thrown
    : "An error without a message.";
}
