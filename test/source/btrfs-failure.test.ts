import { createBtrfs } from "../../lib/source/btrfs.js";

test("a btrfs command that fails says so in a whole sentence", async () => {
  const environment = { PATH: process.env.PATH ?? "" };
  const btrfs = createBtrfs({ program: "false", privileged: [], environment });
  await expect(btrfs.list("/")).rejects.toMatchObject({
    code: "FILESYSTEM_FAILED",
    summary: "The command btrfs subvolume list failed on this host.",
  });
});
