import { startProjectBackups } from "../../lib/index.js";
import { type TestEngine, verbs } from "./engine.js";

/** The next start of a host whose engine was closed. */
export async function reopened(engine: TestEngine): Promise<TestEngine> {
  const backups = await startProjectBackups(engine.host, engine.config);
  return {
    ...engine,
    ...verbs(backups),
    backups,
    close: ({ drainMs = 0 } = {}) => backups.close({ drainMs }),
  };
}
