/** All invariants; a world at rest is held to each. */

import { isTerminal } from "../../../conat-api/index.js";
import { noteVersion, rememberPlaces } from "../scenario/projects.js";
import type { Session } from "../scenario/session.js";
import { backups } from "./backups.js";
import { bases } from "./bases.js";
import { cancels } from "./cancels.js";
import { covered } from "./covered.js";
import { directories } from "./directories.js";
import { failures } from "./failures.js";
import { type Ground, groundOf, type Invariant } from "./ground.js";
import { keeping } from "./keeping.js";
import { nothingLeft } from "./leftovers.js";
import { persist } from "./persist.js";
import { promises } from "./promises.js";
import { restores } from "./restores.js";
import { rows } from "./rows.js";
import { saved } from "./saved.js";
import { schedule } from "./schedule.js";
import { secrets } from "./secrets.js";
import { upkeep } from "./upkeep.js";

export const invariants: readonly Invariant[] = [
  ...backups,
  ...rows,
  ...nothingLeft,
  ...restores,
  ...directories,
  ...persist,
  ...cancels,
  ...secrets,
  ...failures,
  ...promises,
  ...covered,
  ...bases,
  ...keeping,
  ...saved,
  ...schedule,
  ...upkeep,
];

export { days } from "./days.js";

export function checkAll(
  session: Session,
  more: readonly Invariant[] = [],
): void {
  const ground = groundOf(session);
  const { facts } = ground;
  for (const project of facts.projects) {
    noteVersion(session.world, facts, project);
  }
  for (const { id, sentence, check } of [...invariants, ...more]) {
    for (const detail of check(ground)) {
      session.world.report({
        invariant: id,
        detail: `${sentence} ${detail}`,
        atRest: true,
      });
    }
  }
  forget(ground);
}

/** What was looked at is not looked at again. */
function forget({ facts, state, places, rows: all }: Ground): void {
  rememberPlaces(places, facts);
  facts.promises.length = 0;
  facts.seenRestores = all
    .filter(({ kind, state }) => kind === "restore" && isTerminal(state))
    .map(({ job_id }) => job_id);
  state.commandLines.length = 0;
  state.log.length = 0;
}
