import { rmSync } from "node:fs";
import { execa } from "execa";
import { type MountedFilesystem, unmount } from "./btrfs-image.js";
import { keepMount } from "./fixtures.js";
import { tempDir } from "./temp.js";

/** A tmpfs that is full after `sizeBytes` (in whole pages of 4096 bytes). */
export async function mountSmall({
  sizeBytes,
}: {
  sizeBytes: number;
}): Promise<MountedFilesystem> {
  const path = tempDir("small");
  const options = `size=${sizeBytes},mode=755`;
  await execa("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  const { release } = keepMount(path);
  return {
    path,
    async unmount() {
      await unmount(path);
      release();
      rmSync(path, { recursive: true });
    },
  };
}
