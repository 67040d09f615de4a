/** The real programs: rustic as setup installed it, btrfs in an image. */

import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "../../../lib/exec.js";
import {
  type MountedFilesystem,
  mountBtrfs,
} from "../../support/btrfs-image.js";
import { mountSmall } from "../../support/small-filesystem.js";
import { tempDir } from "../../support/temp.js";
import { toolPath } from "../../support/tools.js";
import {
  btrfsOf,
  environment,
  type Ground,
  hostOf,
  makerOf,
} from "./ground.js";

const nobody = 65534;

export async function openRealGround(): Promise<{
  ground: Ground;
  close(): Promise<void>;
}> {
  const mounted: MountedFilesystem[] = [await mountBtrfs()];
  const [{ path }] = mounted as [MountedFilesystem];
  const binary = copiedRustic();
  const host: Ground["host"] = (given) => hostOf(binary, given);
  const ground: Ground = {
    directory: () => mkdtempSync(join(path, "ground-")),
    btrfs: btrfsOf(environment),
    environment,
    large: 64 * 1024 ** 2,
    host,
    made: makerOf(host),
    interrupted,
    unreadable({ dataDir, path }, stage, name) {
      for (const tree of [dataDir, path]) giveAway(tree);
      chmodSync(join(stage, name), 0);
      return { options: { wrap: asNobody }, onBytes() {} };
    },
    async full() {
      const small = await mountSmall({ sizeBytes: 2 * 1024 ** 2 });
      mounted.push(small);
      return hostOf(binary, { path: join(small.path, "repository") });
    },
  };
  return {
    ground,
    async close() {
      for (const one of mounted) await one.unmount();
    },
  };
}

/** Where setup put it, nobody may not go. */
function copiedRustic(): string {
  const binary = join(tempDir("bin"), "rustic");
  copyFileSync(toolPath("rustic"), binary);
  return binary;
}

function interrupted() {
  let pid: number | undefined;
  return {
    options: {
      onGroup(group: { pid: number } | null) {
        pid = group?.pid;
      },
    },
    onBytes() {
      if (pid !== undefined) process.kill(-pid, "SIGTERM");
    },
  };
}

function giveAway(tree: string): void {
  chownSync(tree, nobody, nobody);
  for (const name of readdirSync(tree, { recursive: true })) {
    chownSync(join(tree, String(name)), nobody, nobody);
  }
}

/** The profile is nobody's then. */
function asNobody({ file, args, ...rest }: Command): Command {
  const profile = args[args.indexOf("-P") + 1] ?? "";
  chownSync(profile, nobody, nobody);
  chmodSync(dirname(profile), 0o711);
  const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  return { ...rest, file: "setpriv", args: [...ids, file, ...args] };
}
