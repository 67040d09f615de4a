/** A live stage: what a user does meanwhile leads nowhere. */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/exec.js";
import { createBtrfs } from "../../lib/source/btrfs.js";
import { openStage } from "../../lib/source/stage.js";
import type { CaptureDatabases } from "../../lib/source/sqlite-capture.js";
import { capturesOf, type Stage } from "../../lib/source/stage-shape.js";
import type { Watch } from "../../lib/source/watch.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

const environment = { PATH: process.env.PATH ?? "" };
const settings = { privileged: [], environment };

function place() {
  const root = tempDir("stage");
  const subvolume = join(root, "project");
  const persist = join(subvolume, "persist");
  mkdirSync(persist, { recursive: true });
  const directory = join(root, "data", "stage", "job");
  return { root, directory, paths: { subvolume, persist } };
}

type Place = ReturnType<typeof place>;

function open(
  { directory, paths }: Place,
  ofLive: CaptureDatabases["ofLive"],
  watch: Watch = {},
): Promise<Stage> {
  return openStage({
    ...{ directory, paths, kind: "live", ...settings, ...watch },
    btrfs: createBtrfs({ program: "btrfs", ...settings }),
    captureDatabases: { ofLive, intoCopy: () => Promise.resolve([]) },
  });
}

/** Captures of files that are all called "copy". */
function captured({ directory }: Place, names: string[]) {
  const captures = capturesOf(directory);
  mkdirSync(captures, { recursive: true });
  const copy = join(captures, "0");
  writeFileSync(copy, "copy");
  return Promise.resolve({
    captures: names.map((name) => ({
      copy,
      staged: `project/persist/${name}`,
    })),
    warnings: [],
  });
}

async function inStage(stage: Stage, script: string): Promise<string> {
  const command = { file: "sh", args: ["-c", script], env: environment };
  const { stdout, stderr, exitCode } = await run(stage.wrap(command));
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

describeReal("in a mount namespace", { needs: ["root", "unshare"] }, () => {
  test("a capture stands over its file, and never over what a link leads to", async () => {
    const at = place();
    const { persist } = at.paths;
    const other = join(at.root, "other");
    mkdirSync(other);
    for (const path of [persist, other]) {
      writeFileSync(join(path, "x.db"), "theirs");
    }
    const stage = await open(at, () =>
      captured(at, ["x.db", "y.db", "d/x.db"]),
    );
    symlinkSync(join(other, "x.db"), join(persist, "y.db"));
    symlinkSync(other, join(persist, "d"));
    const script = `cat project/persist/x.db "${other}/x.db"; cat project/persist/y.db || :`;
    expect(await inStage(stage, script)).toBe("copytheirs");
    const message = "vanished while it was read";
    expect(await stage.lastWarnings()).toEqual([
      { path: "project/persist/y.db", message },
      { path: "project/persist/d/x.db", message },
    ]);
    await stage.close();
    expect(readFileSync(join(persist, "x.db"), "utf8")).toBe("theirs");
  });

  test("a database that is deleted after its capture is a warning", async () => {
    const at = place();
    const file = join(at.paths.persist, "x.db");
    writeFileSync(file, "live");
    const stage = await open(at, () => captured(at, ["x.db"]));
    rmSync(file);
    expect(await inStage(stage, "ls project/persist")).toBe("");
    expect(await stage.lastWarnings()).toHaveLength(1);
    await stage.close();
  });

  test("there may be more databases than a command line can hold", async () => {
    const at = place();
    const names = Array.from({ length: 30_000 }, (_, index) => `${index}.db`);
    const stage = await open(at, () => captured(at, names));
    expect(await inStage(stage, "ls project")).toBe("persist\n");
    expect(await stage.lastWarnings()).toHaveLength(names.length);
    await stage.close();
  });

  test.each(["the probe", "the capture"])(
    "nothing is left where %s fails",
    async (what) => {
      const at = place();
      const failing = () => Promise.reject(new Error("no"));
      const watch = what === "the probe" ? { signal: AbortSignal.abort() } : {};
      await expect(open(at, failing, watch)).rejects.toThrow();
      expect(existsSync(at.directory)).toBe(false);
    },
  );
});
