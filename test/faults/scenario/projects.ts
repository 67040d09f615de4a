/** The projects of a world: what lies in them, and who writes to it. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProjectPaths } from "../../../lib/host.js";
import type { Random } from "../world/random.js";
import type { Places, WorldState } from "../world/state.js";
import type { Facts, PersistKind, Project } from "./facts.js";
import { persistIn, writePersist } from "./persist.js";

/** Where something happens, and when. */
export interface Scene {
  places: Places;
  state: Pick<WorldState, "clocks">;
}

const kinds: readonly PersistKind[] = [
  ...(["none", "inside", "subvolume", "directory"] as const),
];

export function newFacts(random: Random): Facts {
  const uuid = () =>
    `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
  const projects = Array.from({ length: 2 + random.below(2) }, () => ({
    ...{ project_id: uuid(), owner: uuid() },
    persist: random.pick(kinds),
  }));
  const history = Object.fromEntries(
    projects.map(({ project_id }) => [project_id, []]),
  );
  return {
    ...{ projects, history, version: 0, promises: [], acknowledged: [] },
    ...{
      seenRestores: [],
      lostRows: false,
      targets: 0,
      last: {},
      ...{ persistHistory: {}, persistLast: {}, cancelled: {}, asked: {} },
      host_id: uuid(),
    },
    ...{ left: {}, marks: {}, policies: {}, saved: {}, deleted: {} },
    ...{
      quotas: {},
      known: {},
      takenBack: [],
      hub: random.chance(0.3) ? {} : undefined,
    },
  };
}

export function makeProjects(scene: Scene, facts: Facts): void {
  const { places } = scene;
  mkdirSync(places.restored, { recursive: true });
  mkdirSync(places.os, { recursive: true });
  for (const project of facts.projects) {
    const { subvolume, persist } = pathsOf(places, project);
    makeSubvolume(subvolume);
    if (persist) {
      if (project.persist === "subvolume") makeSubvolume(persist);
      mkdirSync(persist, { recursive: true });
    }
    writeVersion(scene, facts, project);
  }
}

export function pathsOf(
  places: Places,
  { project_id, persist }: Project,
): ProjectPaths {
  const subvolume = join(places.projects, project_id);
  if (persist === "none") return { subvolume };
  return persist === "inside"
    ? { subvolume, persist: join(subvolume, ".persist") }
    : { subvolume, persist: join(places.persist, project_id) };
}

/** Files that are always written together. */
const together = ["a.txt", "folder/b.txt", "folder/inner/c.txt"];

/** Somebody works in the project; not while it is not there. */
export function writeVersion(
  scene: Scene,
  facts: Facts,
  project: Project,
): void {
  const { subvolume } = pathsOf(scene.places, project);
  if (!existsSync(subvolume)) return;
  noteVersion(scene, facts, project);
  const version = (facts.version += 1);
  facts.last[project.project_id] = version;
  for (const name of together) {
    mkdirSync(join(subvolume, name, ".."), { recursive: true });
    writeFileSync(join(subvolume, name), `version ${version}\n`);
  }
  writeStore(scene, facts, project, version);
}

/** To the persist store alone; not while it is not there. */
export function writeStore(
  scene: Scene,
  facts: Facts,
  project: Project,
  version = (facts.version += 1),
): void {
  const { persist } = pathsOf(scene.places, project);
  noteVersion(scene, facts, project);
  if (persist && existsSync(persist)) {
    const { monotonicMs, wallOffsetMs } = scene.state.clocks;
    writePersist(persist, version, monotonicMs + wallOffsetMs);
    facts.persistLast[project.project_id] = persistIn(persist);
  }
  noteVersion(scene, facts, project);
}

/** What is in the place now is part of its history. */
export function noteVersion(
  { places, state }: Scene,
  facts: Facts,
  project: Project,
): void {
  const { project_id } = project;
  const [version] = versionsIn(join(places.projects, project_id));
  const known = facts.history[project_id] ?? [];
  if (version !== undefined && known.at(-1) !== version) {
    const { monotonicMs } = state.clocks;
    notePart(facts, project_id, [["tree", known.at(-1), version]], monotonicMs);
    known.push(version);
  }
  const { persist } = pathsOf(places, project);
  if (persist === undefined || !existsSync(persist)) return;
  const stores = (facts.persistHistory[project_id] ??= []);
  const store = persistIn(persist);
  const before = stores.at(-1);
  if (`${before}` === `${store}`) return;
  const parts = store.map(
    (one, at) => [storeParts[at], before?.[at], one] as const,
  );
  notePart(facts, project_id, parts, state.clocks.monotonicMs);
  stores.push(store);
}

export const storeParts = ["file", "database"] as const;

type Part = readonly [name: string | undefined, before: unknown, now: unknown];

function notePart(
  { left }: Facts,
  project_id: string,
  parts: readonly Part[],
  monotonicMs: number,
): void {
  const places = (left[project_id] ??= {});
  for (const [name, before, now] of parts) {
    if (before === now) continue;
    places[`${name} ${before}`] = monotonicMs;
    delete places[`${name} ${now}`];
  }
}

/** Those that nobody has deleted. */
export function livingProjects({ projects, deleted }: Facts): Project[] {
  return projects.filter(({ project_id }) => !(project_id in deleted));
}

/** What was looked at is what the next look begins with. */
export function rememberPlaces(places: Places, facts: Facts): void {
  for (const project of facts.projects) {
    const { project_id } = project;
    const { subvolume, persist } = pathsOf(places, project);
    const [version] = versionsIn(subvolume);
    if (version !== undefined) facts.last[project_id] = version;
    if (persist) facts.persistLast[project_id] = persistIn(persist);
  }
}

/**
 * The version of a tree: one, when it is whole.
 *
 * Several, or `undefined` among them: a mix.
 */
export function versionsIn(tree: string): (number | undefined)[] {
  const found = together.map((name) => versionOf(join(tree, name)));
  return [...new Set(found)];
}

function versionOf(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  return parseVersion(readFileSync(path, "utf8"));
}

export function parseVersion(text: string): number | undefined {
  const [, digits] = /^version (\d+)\n$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The version that a backup holds, from its files' contents. */
export function versionAmong(
  contentOf: (name: string) => string | undefined,
): (number | undefined)[] {
  const texts = together.map((name) => contentOf(`project/${name}`));
  const found = texts.map((text) =>
    text === undefined ? undefined : parseVersion(text),
  );
  return [...new Set(found)];
}

function makeSubvolume(path: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, ".subvolume"), "rw");
}
