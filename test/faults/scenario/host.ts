/** The ports that a world lends to the engine. */

import type { Logger, ProjectHost } from "../../../lib/host.js";
import { type Config, parseConfig } from "../../../lib/config.js";
import { currentContext, livingActor } from "../world/actor.js";
import { cap } from "../world/mutating.js";
import type { World } from "../world/world.js";
import type { Facts } from "./facts.js";
import { livingProjects, noteVersion, pathsOf } from "./projects.js";

export function hostOf(world: World, facts: Facts): ProjectHost {
  const { places } = world;
  const project = (id: string) =>
    livingProjects(facts).find(({ project_id }) => project_id === id);
  const later = <T>(action: () => T) =>
    world.schedule(currentContext(), action);
  const told = (what: string, id: string) =>
    later(() => {
      const found = project(id);
      if (found) noteVersion(world, facts, found);
      world.effect(livingActor(), `port ${what}`, () => {});
    });
  return {
    host_id: facts.host_id,
    dataDir: places.data,
    projects: {
      list: () =>
        later(() =>
          livingProjects(facts).map(({ project_id }) => ({
            ...{ project_id, last_edited: 0 },
          })),
        ),
      deleted: () =>
        later(() =>
          Object.entries(facts.deleted).map(([project_id, deleted_at]) => ({
            ...{ project_id, deleted_at },
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
    maintainer: () => later(() => facts.host_id),
    quota: (id) => later(() => ({ max_backups: facts.quotas[id] })),
    ...(facts.hub ? { annotations: hubOf(world, facts.hub) } : {}),
    logger: loggerOf(world),
    clock: { now: () => world.timers.wall() },
  };
}

/** What a hub was told it keeps, whatever becomes of the host. */
function hubOf(
  world: World,
  texts: Record<string, string>,
): NonNullable<ProjectHost["annotations"]> {
  const later = <T>(action: () => T) =>
    world.schedule(currentContext(), action);
  return {
    read: (id) => later(() => texts[id]),
    write: (id, text) =>
      later(() =>
        world.effect(livingActor(), "port annotations", () => {
          texts[id] = text;
        }),
      ),
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

/** Retention has something to take. */
const smallest = {
  ...{ last: 1, hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 },
};

export function configOf({ places }: World): Config {
  return parseConfig({
    repository: { kind: "local", path: places.repository },
    restore: {
      directories: [places.restored],
      collaborators_in_place: true,
    },
    commands: { rustic: "rustic" },
    limits: { jobs: cap, idle_timeout_seconds: 60, drain_seconds: 5 },
    // The clock of a world jumps: what it skipped is not waited for.
    schedule: { catch_up_minutes: 1 },
    policy: { keep: smallest, keep_manual: { last: 2, days: 0 } },
    retention: { unforget_days: 1, deleted_days: 1 },
    maintenance: {
      ...{ prune_days: 0.5, keep_delete_hours: 12, check_hours: 12 },
      data_parts: 2,
    },
  });
}
