import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { keepLoop, keepMount } from "./fixtures.js";
import { mountsUnder } from "./mounts.js";
import { tempDir } from "./temp.js";
import { toolPath } from "./tools.js";

export type MountedFilesystem = {
  /** The mount point, absolute. */
  path: string;
  /** Unmounts, detaches and removes; throws while a process is inside. */
  unmount(): Promise<void>;
};

const gib = 1024 ** 3;

/**
 * A new btrfs filesystem of `sizeBytes` in a sparse file, mounted. It needs
 * root; btrfs itself refuses sizes below about 114 MB. `options` go to mount.
 */
export async function mountBtrfs({
  sizeBytes = 8 * gib,
  options = [],
}: {
  sizeBytes?: number;
  options?: string[];
} = {}): Promise<MountedFilesystem> {
  const dir = tempDir("btrfs");
  const image = join(dir, "image");
  const path = join(dir, "mnt");
  mkdirSync(path);
  await createSparse(image, sizeBytes);
  await execa(toolPath("mkfs.btrfs"), ["-q", image]);
  await execa("mount", ["-o", ["loop", ...options].join(","), image, path]);
  const [mounted] = mountsUnder(path);
  if (mounted === undefined) throw new Error(`${image} was not mounted`);
  const kept = [keepMount(path), keepLoop(mounted.source)];
  return {
    path,
    async unmount() {
      await unmount(path);
      await detached(mounted.source, image);
      for (const { release } of kept) release();
      rmSync(dir, { recursive: true });
    },
  };
}

async function createSparse(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  await file.truncate(sizeBytes);
  await file.close();
}

/** Unmounts; a process that was just ended may hold the tree a little longer. */
export async function unmount(path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { failed, stderr } = await execa("umount", [path], { reject: false });
    if (!failed) return;
    if (attempt === 10 || !stderr.includes("busy")) {
      throw new Error(`umount ${path}: ${stderr}`);
    }
    await sleep(100);
  }
}

/**
 * `mount -o loop` lets the kernel detach the device when the last mount has
 * gone. Tests run side by side, and a job in a mount namespace holds a copy of
 * every mount that there was, this one too, until it ends.
 */
async function detached(device: string, image: string): Promise<void> {
  const everyMs = 50;
  for (let waited = 0; backingFile(device) === image; waited += everyMs) {
    if (waited > 50_000) throw new Error(`${device} still holds ${image}`);
    await sleep(everyMs);
  }
}

/** The file behind a loop device (`/dev/loop3`); undefined if detached. */
export function backingFile(device: string): string | undefined {
  const path = `/sys/block/${basename(device)}/loop/backing_file`;
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    return undefined;
  }
}
