/** A typed client of the contract over any structural Conat client. */

import type { ConatCall, ConatCallClient } from "./conat.js";
import { BackupError, fromWireError } from "./errors.js";
import { invalidArgument } from "./invalid.js";
import {
  type Input,
  type MethodName,
  methodNames,
  methods,
  type Output,
  type ProjectBackupsApi,
} from "./methods.js";

export interface ClientOptions {
  client: ConatCallClient;
  /** One of subjects.ts: says who calls. */
  subject: string;
  timeoutMs?: number;
}

/**
 * @throws BackupError with the host's code; INVALID_ARGUMENT before anything
 * is sent when the request itself is malformed.
 */
export function createClient({
  client,
  subject,
  timeoutMs = 30_000,
}: ClientOptions): ProjectBackupsApi {
  const call = client.call(subject, { timeout: timeoutMs }) as ConatCall;
  const api = Object.create(null) as Record<string, unknown>;
  for (const name of methodNames) {
    api[name] = (input: Input<typeof name>) => invoke(call, name, input);
  }
  return api as ProjectBackupsApi;
}

async function invoke<M extends MethodName>(
  call: ConatCall,
  name: M,
  input: Input<M>,
): Promise<Output<M>> {
  const request = parseInput(name, input);
  let reply: unknown;
  try {
    reply = await call[name]?.(request);
  } catch (error) {
    throw fromWireError(error);
  }
  const parsed = methods[name].output.safeParse(reply);
  if (!parsed.success) {
    throw new BackupError(
      "INTERNAL",
      `The host's answer to ${name} is not of the agreed shape.`,
      {
        hint: "Host and client may be of different versions.",
        cause: parsed.error,
      },
    );
  }
  return parsed.data as Output<M>;
}

/** @throws BackupError INVALID_ARGUMENT that names the field. */
export function parseInput<M extends MethodName>(
  name: M,
  input: unknown,
): Input<M> {
  const parsed = methods[name].input.safeParse(input);
  if (parsed.success) return parsed.data as Input<M>;
  throw invalidArgument(parsed.error);
}
