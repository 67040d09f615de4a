import { randomUUID } from "node:crypto";
import {
  accountSubject,
  type BackupError,
  createClient,
  errorCodes,
  hubSubject,
  projectSubject,
} from "../../conat-api/index.js";
import type { Role } from "../../lib/host.js";
import { type ConatBus, createConatBus } from "./conat-bus.js";
import {
  startTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from "./engine.js";

/** An engine that is served on a bus, with everybody who may call it. */
export type ServedEngine = {
  engine: TestEngine;
  bus: ConatBus;
  hub: string;
  project(project_id: string): string;
  /** Subject of a new account; without a role it is a stranger. */
  account(project_id: string, role?: Role): string;
  /** A client of the contract that publishes on the subject. */
  client(subject: string): ReturnType<typeof createClient>;
};

export async function serveTestEngine(
  options: Omit<TestEngineOptions, "conat"> = {},
): Promise<ServedEngine> {
  const bus = createConatBus();
  const engine = await startTestEngine({ ...options, conat: bus });
  return {
    engine,
    bus,
    hub: hubSubject(engine.host.host_id),
    project: projectSubject,
    account(project_id, role) {
      const account_id = randomUUID();
      if (role) engine.roles.set(`${project_id} ${account_id}`, role);
      return accountSubject(account_id, project_id);
    },
    client: (subject) => createClient({ client: bus, subject }),
  };
}

/**
 * What came over the wire instead of a result: it must have been an error,
 * with a message and a code of the contract.
 */
export async function refusal(
  reply: Promise<unknown>,
): Promise<Pick<BackupError, "code" | "message">> {
  const failure: unknown = await reply.then(
    (result) => {
      throw new Error(`it was answered: ${JSON.stringify(result)}`);
    },
    (error: unknown) => error,
  );
  const { code, message } = failure as BackupError;
  if (!errorCodes.includes(code) || !message) throw failure;
  return { code, message };
}
