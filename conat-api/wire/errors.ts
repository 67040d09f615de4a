/** What goes wrong on the wire, and how an error travels as headers. */

export interface ConatErrorOptions {
  /** 401, 403, 408, 429, 503 of the wire; else the code of who answered. */
  code?: string | number;
  subject?: string;
}

export class ConatError extends Error {
  override readonly name = "ConatError";
  declare code?: string | number;
  declare subject?: string;

  constructor(message: string, options: ConatErrorOptions = {}) {
    super(message);
    Object.assign(this, options);
  }
}

export type Headers = Record<string, unknown>;

/** The fields of an error that the wire keeps, besides its message. */
const attributes = ["code", "errno", "path", "syscall", "subject"] as const;

/** A router refuses one event, headers and all, that is over 8 MB. */
const longestText = 10_000;

/**
 * Never an empty `error`: the caller would take that for a success.
 */
export function headersOfError(thrown: unknown): Headers {
  const fields = (thrown ?? {}) as Record<string, unknown>;
  const kept = attributes
    .map((name) => [name, fields[name]] as const)
    .filter(([, value]) => typeof value === "string" || Number.isFinite(value))
    .map(([name, value]) => [name, shortened(value as string | number)]);
  return {
    error: shortened(sentenceOf(thrown)),
    error_attrs: Object.fromEntries(kept),
  };
}

/** The error that a reply carries, if it does. */
export function errorOfHeaders(headers?: Headers): ConatError | undefined {
  const { error, error_attrs, code } = headers ?? {};
  if (!error) return undefined;
  const failure = new ConatError(String(error));
  const given = (error_attrs ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries({ code, ...given })) {
    const known = (attributes as readonly string[]).includes(name);
    if (known && value !== undefined) Object.assign(failure, { [name]: value });
  }
  return failure;
}

/** The router's `{error: "Error: ...", code}` in place of an answer. */
export function errorOfAnswer(answer: unknown): ConatError | undefined {
  const { error, code } = (answer ?? {}) as Record<string, unknown>;
  if (!error) return undefined;
  return new ConatError(
    plainSentence(error),
    typeof code === "number" || typeof code === "string" ? { code } : {},
  );
}

/** Without the "Error: " that routers put before their sentences. */
export function plainSentence(error: unknown): string {
  const text = String(error).replace(/^(Error: )+/, "");
  return text || "The router refused without a word.";
}

export const timedOut = () => new ConatError("timeout", { code: 408 });

function sentenceOf(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  if (typeof message === "string" && message.trim()) return message;
  if (typeof thrown === "string" && thrown.trim()) return thrown;
  return "The method failed without a message.";
}

function shortened<T extends string | number>(value: T): T | string {
  return typeof value === "string" ? value.slice(0, longestText) : value;
}
