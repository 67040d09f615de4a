/** The ports that a world lends to the engine. */

import type { Logger, ProjectHost } from "../../../lib/host.js";
import { type Config, parseConfig } from "../../../lib/config.js";
import { currentContext, livingActor } from "../world/actor.js";
import { cap } from "../world/mutating.js";
import type { World } from "../world/world.js";
import type { Facts } from "./facts.js";
import { noteVersion, pathsOf } from "./projects.js";

export function hostOf(world: World, facts: Facts): ProjectHost {
  const { places } = world;
  const project = (id: string) =>
    facts.projects.find(({ project_id }) => project_id === id);
  const later = <T>(action: () => T) =>
    world.schedule(currentContext(), action);
  const told = (what: string, id: string) =>
    later(() => {
      const found = project(id);
      if (found) noteVersion(places, facts, found);
      world.effect(livingActor(), `port ${what}`, () => {});
    });
  return {
    host_id: facts.host_id,
    dataDir: places.data,
    projects: {
      list: () =>
        later(() =>
          facts.projects.map(({ project_id }) => ({
            ...{ project_id, last_edited: 0 },
          })),
        ),
      role: (id, account_id) =>
        later(() => (project(id)?.owner === account_id ? "owner" : undefined)),
      paths: (id) =>
        later(() => {
          const found = project(id);
          return found && pathsOf(places, found);
        }),
      async withStopped(id, action) {
        await told("stop", id);
        try {
          return await action();
        } finally {
          await told("start again", id);
        }
      },
    },
    replaced: (id) => told("replaced", id),
    logger: loggerOf(world),
    clock: { now: () => world.timers.wall() },
  };
}

function loggerOf(world: World): Logger {
  const into =
    (level: string) =>
    (message: string, fields: object = {}) => {
      if (world.kills.dead) return;
      const line = `${level} ${message} ${JSON.stringify(fields)}`;
      world.state.log.push(line);
      world.onStep?.(`log ${line}`);
    };
  return {
    debug: into("debug"),
    info: into("info"),
    warn: into("warn"),
    error: into("error"),
  };
}

export function configOf({ places }: World): Config {
  return parseConfig({
    repository: { kind: "local", path: places.repository },
    restore: {
      directories: [places.restored],
      collaborators_in_place: true,
    },
    commands: { rustic: "rustic" },
    limits: { jobs: cap, idle_timeout_seconds: 60, drain_seconds: 5 },
    schedule: { enabled: false },
  });
}
