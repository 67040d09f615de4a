/** `.snapshots` is a name that a user may give to anything. */

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollingSnapshots } from "../../lib/source/rolling-snapshots.js";
import { mountBtrfs } from "../support/btrfs-image.js";
import { createBtrfs } from "../../lib/source/btrfs.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

test.each<[string, (path: string) => void]>([
  ["a link to itself", (path) => symlinkSync(".snapshots", path)],
  ["a link to nothing", (path) => symlinkSync("absent", path)],
  ["a file", (path) => writeFileSync(path, "mine")],
  ["an empty directory", (path) => mkdirSync(path)],
  ["nothing", () => {}],
])("%s holds no snapshots", async (_what, make) => {
  const project = tempDir("project");
  make(join(project, ".snapshots"));
  expect(await rollingSnapshots(project)).toEqual([]);
});

describeReal("on btrfs", { needs: ["btrfs"] }, () => {
  test("a link out of the project is not followed", async () => {
    const image = await mountBtrfs({ sizeBytes: 512 * 1024 * 1024 });
    const environment = { PATH: process.env.PATH ?? "" };
    const settings = { program: "btrfs", privileged: [], environment };
    const other = join(image.path, "other");
    const project = join(image.path, "project");
    for (const path of [other, project]) mkdirSync(path);
    await createBtrfs(settings).createSubvolume(join(other, "1"));
    symlinkSync(other, join(project, ".snapshots"));
    expect(await rollingSnapshots(project)).toEqual([]);
    await image.unmount();
  });
});
