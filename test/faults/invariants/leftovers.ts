/** I3 of the disk and of processes: nothing of a dead job is left. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../scenario/session.js";
import { strayBases } from "./bases.js";
import type { Invariant } from "./ground.js";

export const nothingLeft: readonly Invariant[] = [
  {
    id: "I3",
    sentence:
      "No process, stage, base, staging tree, capture or profile is left.",
    check: ({ session }) => leftovers(session),
  },
];

export function leftovers(session: Session): string[] {
  const { world } = session;
  const { data, projects, persist, restored } = world.places;
  const work = [projects, persist].map((at) => join(at, ".project-backups"));
  const inWork = work.flatMap((directory) => [
    ...stagesIn(directory),
    ...namesIn(directory).flatMap((name) =>
      name === "kept" ? [] : stagesIn(join(directory, name)),
    ),
  ]);
  const hidden = namesIn(restored)
    .filter((name) => name.startsWith("."))
    .map((name) => join(restored, name));
  const profiles = namesIn(join(data, "run")).filter((name) =>
    name.endsWith(".toml"),
  );
  const groups = [...world.groups.values(), ...world.state.outliving];
  return [
    ...[...inWork, ...stagesIn(data), ...hidden].map((path) => `${path}.`),
    ...strayBases(session).map((path) => `${path}.`),
    ...profiles.map((name) => `Profile ${name}.`),
    ...groups.map(({ pid }) => `Process group ${pid}.`),
  ];
}

function stagesIn(directory: string): string[] {
  return ["stage", "staging"].flatMap((kind) =>
    namesIn(join(directory, kind)).map((name) => join(directory, kind, name)),
  );
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
