import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../lib/config.js";
import { silentLogger } from "../../lib/host.js";
import { createStandaloneHost } from "../../lib/standalone/host.js";
import { tempDir } from "../support/temp.js";

function hostOver(directory: string, more: object = {}) {
  const config = parseConfig({
    host_id: "a-host",
    projects: { directory, ...more },
    repository: { kind: "local", path: "/repository" },
  });
  const options = { dataDir: "/data", config, logger: silentLogger };
  return createStandaloneHost(options);
}

test("projects are the directories that are named by a UUID", async () => {
  const directory = tempDir("projects");
  const [project_id, file] = [randomUUID(), randomUUID()];
  for (const name of [project_id, "lost+found", project_id.toUpperCase()]) {
    mkdirSync(join(directory, name));
  }
  writeFileSync(join(directory, file), "");
  symlinkSync("/no/such/place", join(directory, randomUUID()));
  const { projects } = hostOver(directory);
  const found = await projects.list({});
  expect(found.map((one) => one.project_id)).toEqual([project_id]);
});

test("the list is of projects that changed since, when asked", async () => {
  const directory = tempDir("projects");
  const [old, young] = [randomUUID(), randomUUID()];
  for (const [name, seconds] of [
    [old, 1000],
    [young, 2000],
  ] as const) {
    mkdirSync(join(directory, name));
    utimesSync(join(directory, name), seconds, seconds);
  }
  const { projects } = hostOver(directory);
  expect(await projects.list({ changedSince: 1_500_000 })).toEqual([
    { project_id: young, last_edited: 2_000_000 },
  ]);
});

test("a directory of projects that went away lists none and has no paths", async () => {
  const directory = tempDir("projects");
  const { projects } = hostOver(directory);
  rmSync(directory, { recursive: true });
  expect(await projects.list({})).toEqual([]);
  expect(await projects.paths(randomUUID())).toBeUndefined();
});

test("a project has paths before it is there, so that it can be restored", async () => {
  const directory = tempDir("projects");
  const project_id = randomUUID();
  const persist = "/persist/[project_id]/of/[project_id]";
  const { projects } = hostOver(directory, { persist });
  expect(await projects.paths(project_id)).toEqual({
    subvolume: join(directory, project_id),
    persist: `/persist/${project_id}/of/${project_id}`,
  });
});

test.each(["..", "", ".", "a/b", "../../etc"])(
  "the name %p is no project",
  async (name) => {
    const { projects } = hostOver(tempDir("projects"));
    expect(await projects.paths(name)).toBeUndefined();
  },
);

test("nobody has a role, since nobody signs in", async () => {
  const { projects } = hostOver(tempDir("projects"));
  expect(await projects.role(randomUUID(), randomUUID())).toBeUndefined();
});

test("a configuration without projects is refused", () => {
  const config = parseConfig({
    repository: { kind: "local", path: "/repository" },
  });
  const options = { dataDir: "/data", config, logger: silentLogger };
  expect(() => createStandaloneHost(options)).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
