/** The contract over Conat: three subjects, one implementation. */

import {
  accountPattern,
  BackupError,
  callerOfSubject,
  type ConatMessage,
  type ConatSubscription,
  hubSubject,
  methodNames,
  projectPattern,
  toBackupError,
} from "../../conat-api/index.js";
import type { ProjectHost } from "../host.js";
import type { Handlers } from "./handlers.js";

/** Registers what a host serves; nothing where it lends no client. */
export async function registerServices(
  { conat, host_id, logger }: ProjectHost,
  handlers: Handlers,
): Promise<ConatSubscription[]> {
  if (!conat) return [];
  const impl = createImpl(host_id, handlers, logger);
  const registered: ConatSubscription[] = [];
  try {
    for (const subject of [
      hubSubject(host_id),
      accountPattern,
      projectPattern,
    ]) {
      registered.push(await conat.service(subject, impl));
    }
    return registered;
  } catch (error) {
    for (const service of registered) service.close();
    throw error;
  }
}

/**
 * Without a prototype: Conat would let anyone call inherited methods such as
 * `constructor`. `this` is the message, whose subject says who calls.
 */
export function createImpl(
  host_id: string,
  handlers: Handlers,
  logger: ProjectHost["logger"],
): object {
  const impl = Object.create(null) as Record<string, unknown>;
  for (const method of methodNames) {
    impl[method] = async function (this: ConatMessage, input: unknown) {
      try {
        const caller = callerOfSubject(this.subject, host_id);
        if (!caller) throw unknownSubject();
        return await handlers(method, caller, input);
      } catch (error) {
        throw forTheWire(error, method, logger);
      }
    };
  }
  return Object.freeze(impl);
}

function unknownSubject(): BackupError {
  return new BackupError(
    "PERMISSION_DENIED",
    "The request came on a subject that proves no caller.",
  );
}

/**
 * An Error with a message and a code: Conat turns anything else into a
 * success with `null`.
 */
function forTheWire(
  error: unknown,
  method: string,
  logger: ProjectHost["logger"],
): BackupError {
  const failure = toBackupError(error);
  const { code, message, details } = failure;
  const level = code === "INTERNAL" ? "error" : "debug";
  logger[level]("a request was refused", { method, code, message, details });
  return failure;
}
