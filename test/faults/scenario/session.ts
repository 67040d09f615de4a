/** One host process in a world, with an engine that may be started again. */

import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { existsSync } from "node:fs";
import type {
  Input,
  MethodName,
  Output,
  RepositoryJobKind,
} from "../../../conat-api/index.js";
import {
  type ProjectBackups,
  startProjectBackups,
} from "../../../lib/index.js";
import type { JobRow } from "../../../lib/store/index.js";
import { startProgram } from "../programs/start.js";
import { type Actor, inContext } from "../world/actor.js";
import type { World } from "../world/world.js";
import type { Facts, Project } from "./facts.js";
import { configOf, hostOf } from "./host.js";

export interface Session {
  world: World;
  facts: Facts;
  /** Calls a method as somebody who may. */
  ask<M extends MethodName>(
    method: M,
    project: Project,
    input: Input<M>,
  ): Promise<Output<M> | { refused: unknown }>;
  start(): Promise<void>;
  close(): Promise<void>;
  /** Every row, as it is on the disk. */
  rows(): JobRow[];
  /** Ids of all backups that are listed. */
  listed(): string[];
  /** What the job file says, as it is on the disk. */
  select<T>(sql: string): T[];
  /** The scheduler looks, as each minute; its errors go to the log. */
  tick(): Promise<void>;
  /** Work on the repository, as its operator asks for it. */
  askRepository(kind: RepositoryJobKind): void;
  /** A program of somebody who is not the host. */
  run(file: string, args: readonly string[]): Promise<number>;
  /** Passes time. */
  sleep(ms: number): Promise<void>;
}

const hostPid = 4242;

export function openSession(world: World, facts: Facts): Session {
  const host = newProcess(world, "host", hostPid);
  const scenario = newActor(world, "scenario", 1, "scenario");
  world.others.add(scenario);
  let engine: ProjectBackups | undefined;
  const inHost = <T>(action: () => T, request?: object) =>
    inContext({ actor: host, request }, action);
  const select = reader(world.places.data, scenario);
  const rows = () => select("SELECT * FROM jobs ORDER BY seq") as JobRow[];
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      world.timers.add({ actor: scenario }, ms, resolve);
    });
  world.projectOfJob = (id) =>
    rows().find(({ job_id }) => job_id === id)?.project_id;

  return {
    ...{ world, facts, rows, sleep },
    select: <T>(sql: string) => select(sql) as T[],
    tick: async () => {
      const living = engine;
      if (living) await inHost(() => living.tick());
    },
    askRepository(kind) {
      const { tools } = engine as ProjectBackups;
      inHost(() => askRepository(tools, kind));
    },
    run: (file, args) =>
      inContext({ actor: scenario }, () =>
        startProgram(file, {
          ...{ args, cwd: world.places.os, env: {}, input: "", pid: 1 },
          ...{ out() {}, err() {}, wouldStill() {}, script: {} },
          work: sleep,
        }),
      ),
    listed: () =>
      (select("SELECT backup_id FROM backups") as { backup_id: string }[]).map(
        ({ backup_id }) => backup_id,
      ),
    async start() {
      engine = await inHost(() =>
        startProjectBackups(hostOf(world, facts), configOf(world)),
      );
    },
    async close() {
      const closing = engine;
      engine = undefined;
      if (closing) await inHost(() => closing.close());
    },
    async ask(method, project, input) {
      const { handlers } = engine as ProjectBackups;
      const caller = callerOf(world, method, project, input);
      const request = {};
      if (world.requests.size === 0 && world.chance.chance(0.3)) {
        world.exclusive = request;
      }
      world.requests.add(request);
      try {
        return await inHost(() => handlers(method, caller, input), request);
      } catch (error) {
        return { refused: error };
      } finally {
        world.requests.delete(request);
        if (world.exclusive === request) world.exclusive = undefined;
      }
    },
  };
}

function askRepository(
  { store, host, repositories }: ProjectBackups["tools"],
  kind: RepositoryJobKind,
): void {
  const repository_id = repositories.knownId();
  if (repository_id === undefined) return;
  const now = host.clock.now();
  store.jobs.askRepository({
    ...{ repository_id, kind, now },
    ...{ trigger: "manual", requested_by: "operator" },
  });
}

function callerOf(
  { chance }: World,
  method: MethodName,
  { project_id, owner }: Project,
  input: object,
) {
  const toDirectory =
    method === "restore" && JSON.stringify(input).includes('"directory"');
  return toDirectory || chance.chance(0.4)
    ? { type: "hub" as const }
    : { type: "account" as const, account_id: owner, project_id };
}

function newProcess(world: World, name: string, pid: number): Actor {
  const actor = newActor(world, name, pid);
  world.hosts.add(actor);
  return actor;
}

function newActor(
  world: World,
  name: string,
  pid: number,
  kind: Actor["kind"] = "host",
): Actor {
  const started = (world.state.started += 1 + world.chance.below(1000));
  return {
    ...{ kind, name, pid, started, alive: true, world },
    atDeath: new Set(),
  };
}

/** Through a connection of its own: what the host has not committed is not there. */
function reader(data: string, { atDeath }: Actor): (sql: string) => unknown[] {
  const path = join(data, "project-backups.sqlite");
  let database: Sqlite.Database | undefined;
  const prepared = new Map<string, Sqlite.Statement>();
  return (sql) => {
    if (!database && existsSync(path)) {
      const opened = (database = new Sqlite(path, { readonly: true }));
      atDeath.add(() => void opened.close());
    }
    const statement = prepared.get(sql) ?? tryPrepare(database, sql);
    if (statement) prepared.set(sql, statement);
    return statement?.all() ?? [];
  };
}

/** undefined: the host has not made its tables yet. */
function tryPrepare(
  database: Sqlite.Database | undefined,
  sql: string,
): Sqlite.Statement | undefined {
  try {
    return database?.prepare(sql);
  } catch {
    return undefined;
  }
}
