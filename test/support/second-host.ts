/** A host that has never seen a project: its own rows, the same repository. */

import { type Kit, parseKit } from "../../lib/repository/index.js";
import { startTestEngine, type TestEngine } from "./engine.js";

/** `first`'s repository, by its configuration and recovery kit. */
export async function startSecondHost(
  first: TestEngine,
  config: Record<string, unknown> = {},
): Promise<TestEngine> {
  const { repository } = first.config;
  const engine = await startTestEngine({
    projects: 0,
    config: { repository, ...config },
  });
  await engine.backups.tools.repositories.importKit(kitOf(first));
  return engine;
}

/** As it would travel: through text. */
function kitOf({ backups }: TestEngine): Kit {
  return parseKit(JSON.stringify(backups.tools.repositories.kit()));
}
