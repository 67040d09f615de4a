import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { findProjects, openProtection } from "../../lib/standalone/projects.js";
import { modeOf } from "../support/standalone-accounts.js";
import { tempDir } from "../support/temp.js";

function newHost() {
  const dataDir = tempDir("data");
  const directory = tempDir("projects");
  const protection = openProtection(dataDir, [directory]);
  const projects = findProjects({ directory }, protection);
  const ids = async () =>
    (await projects.list({})).map(({ project_id }) => project_id).toSorted();
  return { dataDir, directory, protection, projects, ids };
}

describe("a directory that is protected", () => {
  test("is a project from then on, with its name for a title", async () => {
    const { protection, projects, ids } = newHost();
    const path = tempDir("letters");
    const { project_id, title } = await protection.protect(path);
    expect(title).toBe(basename(path));
    expect(projects.title(project_id)).toBe(title);
    expect(await projects.paths(project_id)).toEqual({ subvolume: path });
    expect(await ids()).toEqual([project_id]);
  });

  test("stays the same project, whoever asks again", async () => {
    const { dataDir, directory, protection } = newHost();
    const path = tempDir("letters");
    const [one, other] = await Promise.all([
      protection.protect(path, "Letters"),
      openProtection(dataDir, [directory]).protect(path),
    ]);
    expect(one).toEqual(other);
    const again = await protection.protect(path, "Another title");
    expect(again).toEqual(one);
    expect(protection.list()).toEqual([one]);
  });

  test("is one of many that were protected at once", async () => {
    const { dataDir, directory, protection } = newHost();
    const paths = [1, 2, 3, 4, 5].map((n) => tempDir(`letters-${n}`));
    await Promise.all(
      paths.map((path) => openProtection(dataDir, [directory]).protect(path)),
    );
    const found = protection.list().map(({ path }) => path);
    expect(found.toSorted()).toEqual(paths.toSorted());
    const ids = protection.list().map(({ project_id }) => project_id);
    expect(new Set(ids).size).toBe(paths.length);
  });

  test("is known to another process at once, by a file of its own", async () => {
    const { dataDir, directory, protection } = newHost();
    const other = findProjects(
      { directory },
      openProtection(dataDir, [directory]),
    );
    expect(await other.list({})).toEqual([]);
    const { project_id } = await protection.protect(tempDir("letters"), "A");
    expect(other.title(project_id)).toBe("A");
    expect(await other.list({})).toHaveLength(1);
    expect(modeOf(join(dataDir, "projects.toml"))).toBe("600");
  });

  test("is one project, by whatever link it is named", async () => {
    const { protection } = newHost();
    const path = tempDir("letters");
    const link = join(tempDir("links"), "letters");
    symlinkSync(path, link);
    const one = await protection.protect(path);
    expect(await protection.protect(link)).toEqual(one);
  });

  test.each([
    ["within", (path: string) => join(path, "inner")],
    ["around", (path: string) => dirname(path)],
  ])("is not one %s another one", async (_where, other) => {
    const { protection, directory } = newHost();
    const path = join(tempDir("letters"), "all");
    for (const one of [path, directory]) {
      mkdirSync(join(one, "inner"), { recursive: true });
    }
    await protection.protect(path);
    for (const one of [path, directory]) {
      await expect(protection.protect(other(one))).rejects.toMatchObject({
        code: "CONFLICT",
      });
    }
    expect(protection.list()).toHaveLength(1);
  });

  test("that went away is not listed, but has its place for a restore", async () => {
    const { protection, projects, ids } = newHost();
    const path = tempDir("letters");
    const { project_id } = await protection.protect(path);
    rmSync(path, { recursive: true });
    expect(await ids()).toEqual([]);
    expect(await projects.paths(project_id)).toEqual({ subvolume: path });
  });

  test("that cannot be looked at is listed, and holds up no other", async () => {
    const { protection, ids } = newHost();
    const path = tempDir("letters");
    const one = await protection.protect(path);
    const other = await protection.protect(tempDir("pictures"));
    rmSync(path, { recursive: true });
    symlinkSync(path, path);
    const both = [one.project_id, other.project_id].toSorted();
    expect(await ids()).toEqual(both);
  });

  test("is listed when it changed", async () => {
    const { protection, projects } = newHost();
    const path = tempDir("letters");
    const { project_id } = await protection.protect(path);
    utimesSync(path, 2000, 2000);
    const all = [{ project_id, last_edited: 2_000_000 }];
    expect(await projects.list({ changedSince: 2_000_000 })).toEqual(all);
    expect(await projects.list({ changedSince: 2_000_001 })).toEqual([]);
  });
});

describe("protecting", () => {
  test("refuses what is no directory", async () => {
    const { protection } = newHost();
    const file = join(tempDir("letters"), "file");
    writeFileSync(file, "");
    for (const path of [file, `${file}/below`, "/no/such/place"]) {
      await expect(protection.protect(path)).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: `${path} is not a directory.`,
      });
    }
    expect(protection.list()).toEqual([]);
  });

  test.each([
    ["a relative path", "."],
    ["an empty title", undefined, ""],
    ["a title of 201 letters", undefined, "x".repeat(201)],
  ])("refuses %s", async (_name, path = tempDir("letters"), title?) => {
    const { protection } = newHost();
    await expect(protection.protect(path, title)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(protection.list()).toEqual([]);
  });

  test("refuses the root of the file system: this host is in it", async () => {
    const { protection } = newHost();
    await expect(protection.protect("/")).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

test("projects by name and projects by UUID are listed together", async () => {
  const { directory, protection, ids } = newHost();
  const project_id = randomUUID();
  mkdirSync(join(directory, project_id));
  const named = await protection.protect(tempDir("letters"));
  expect(await ids()).toEqual([project_id, named.project_id].toSorted());
});

test("a project by UUID has its id for a title", () => {
  const { projects } = newHost();
  const project_id = randomUUID();
  expect(projects.title(project_id)).toBe(project_id);
});

test("a broken list of projects is an error, not an empty list", async () => {
  const { dataDir, protection, projects } = newHost();
  const { project_id } = await protection.protect(tempDir("letters"));
  const path = join(dataDir, "projects.toml");
  const good = readFileSync(path, "utf8");
  const wrong = good.replace(project_id, "../..");
  for (const text of ["[[project]", wrong, `${good}\nother = 1\n`]) {
    writeFileSync(path, text);
    await expect(projects.list({})).rejects.toThrow(path);
    await expect(protection.protect(tempDir("more"))).rejects.toThrow(path);
    expect(readFileSync(path, "utf8")).toBe(text);
  }
  writeFileSync(path, good);
  expect(await projects.list({})).toHaveLength(1);
});
