/** A live stage: what a user does meanwhile leads nowhere. */

import {
  chmodSync,
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
import { describeReal, toolPath } from "../support/tools.js";

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

/** A directory with a `mount` that first puts a link in the place of `file`. */
function plantingMount(file: string, target: string): string {
  const bin = tempDir("bin");
  const script = `#!/bin/sh
case "$*" in *x.db) ln -sfT '${target}' '${file}';; esac
exec '${toolPath("mount")}' "$@"
`;
  writeFileSync(join(bin, "mount"), script);
  chmodSync(join(bin, "mount"), 0o755);
  return bin;
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

  test("a link that is planted just before the mount is not followed", async () => {
    const at = place();
    const file = join(at.paths.persist, "x.db");
    const other = join(at.root, "other");
    for (const path of [file, other]) writeFileSync(path, "theirs");
    const stage = await open(at, () => captured(at, ["x.db"]));
    const PATH = `${plantingMount(file, other)}:${environment.PATH}`;
    const args = ["-c", 'cat "$0"', other];
    const command = stage.wrap({ file: "sh", args, env: { PATH } });
    expect((await run(command)).stdout).toBe("theirs");
    expect(await stage.lastWarnings()).toHaveLength(1);
    await stage.close();
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

  test.each<[string, string, Watch]>([
    ["the probe", "was cancelled", { signal: AbortSignal.abort() }],
    ["the capture", "no capture", {}],
  ])("nothing is left where %s fails", async (_what, message, watch) => {
    const at = place();
    const failing = () => Promise.reject(new Error("no capture"));
    await expect(open(at, failing, watch)).rejects.toThrow(message);
    expect(existsSync(at.directory)).toBe(false);
  });
});
