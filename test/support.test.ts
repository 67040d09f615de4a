import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { execa } from "execa";
import {
  type BareRepository,
  gcsRepository,
  initBareRustic,
  restRepository,
  s3Repository,
} from "./support/bare-rustic.js";
import { type MountedFilesystem, mountBtrfs } from "./support/btrfs-image.js";
import { rsyncDiff, sparseBlocks } from "./support/compare.js";
import { makeHardTree } from "./support/hard-tree.js";
import { isRunning } from "./support/processes.js";
import { type Server } from "./support/servers/server.js";
import { startGcs } from "./support/servers/gcs.js";
import { startRest } from "./support/servers/rest.js";
import { startS3 } from "./support/servers/s3.js";
import { mountSmall } from "./support/small-filesystem.js";
import { startSqliteWriter } from "./support/sqlite-writer.js";
import { removeTree, tempDir } from "./support/temp.js";
import { describeReal, findTool, missing } from "./support/tools.js";

const forTrees = ["root", "rsync", "setfacl", "setfattr"] as const;

describe("tools", () => {
  test("finds what is in PATH and says what is missing", () => {
    expect(findTool("mount")).toMatch(/^\/.*\/mount$/);
    expect(missing(["mount"])).toEqual([]);
  });

  test("a variable that names a tool wins, even over PATH", () => {
    process.env["PROJECT_BACKUPS_RUSTIC"] = "/no/such/rustic";
    expect(missing(["mount", "rustic"])).toEqual(["rustic"]);
    process.env["PROJECT_BACKUPS_RUSTIC"] = process.execPath;
    expect(findTool("rustic")).toBe(process.execPath);
    delete process.env["PROJECT_BACKUPS_RUSTIC"];
  });
});

describeReal("temporary files", { needs: ["root", "mount"] }, () => {
  test("a tree is not removed while anything is mounted below it", async () => {
    const outside = tempDir("outside");
    const inside = tempDir("inside");
    writeFileSync(join(outside, "precious"), "");
    mkdirSync(join(inside, "mnt"));
    await execa("mount", ["--bind", outside, join(inside, "mnt")]);
    expect(() => removeTree(inside)).toThrow("still mounted");
    await execa("umount", [join(inside, "mnt")]);
    removeTree(inside);
    expect(existsSync(inside)).toBe(false);
    expect(existsSync(join(outside, "precious"))).toBe(true);
  });

  test("a small filesystem is full when it is full", async () => {
    const small = await mountSmall({ sizeBytes: 1024 ** 2 });
    const write = (bytes: number) =>
      writeFileSync(join(small.path, "file"), Buffer.alloc(bytes, 1));
    write(512 * 1024);
    expect(() => write(2 * 1024 ** 2)).toThrow("ENOSPC");
    await small.unmount();
    expect(existsSync(small.path)).toBe(false);
  });
});

describeReal("a hard tree", { needs: [...forTrees, "btrfs", "rustic"] }, () => {
  let btrfs: MountedFilesystem;
  beforeAll(async () => {
    btrfs = await mountBtrfs();
  });
  afterAll(() => btrfs.unmount());

  test.each(["btrfs", "a plain directory"])(
    "comes back equal from a restore, on %s",
    async (place) => {
      const base = place === "btrfs" ? btrfs.path : tempDir("plain");
      const source = join(base, "source");
      const target = join(base, "restored");
      const stage = join(source, "project");
      mkdirSync(stage, { recursive: true });
      mkdirSync(target);
      const tree = await makeHardTree(stage);
      expect(sparseBlocks(tree.sparse) * 512).toBeLessThan(1024 ** 2);
      const repository = tempDir("repository");
      const rustic = await initBareRustic({ repository });
      await rustic.run(["backup", "."], source);
      const options = ["--numeric-id", "--sparse", "by-content"];
      await rustic.run(["restore", ...options, "latest", target]);
      const restored = join(target, "project");
      expect(await rsyncDiff(stage, restored, { contents: true })).toEqual([]);
      removeTree(source);
      removeTree(target);
    },
    180_000,
  );
});

describeReal("rsyncDiff", { needs: forTrees }, () => {
  const sh = (script: string, cwd: string) =>
    execFileSync("sh", ["-ec", script], { cwd });

  test.each([
    ["content", "echo B >b/x; touch -d @5 b/x a/x", /^>fc/],
    ["a missing file", "rm b/x; touch -r a b", /^>f\+\+\+/],
    ["an additional file", "echo >b/z; touch -r a b", /^\*deleting/],
    ["mode", "chmod 4644 b/x", /^\.f\.\.\.p/],
    ["owner", "chown 4000 b/x", /^\.f\.{4}o/],
    ["group", "chgrp 4000 b/x", /^\.f\.{5}g/],
    ["one nanosecond", "touch -d @5.000000001 b/x", /^.f\.\.t/],
    ["a directory's nanosecond", "touch -d @5.000000001 b/d", /^\.d\.\.t/],
    ["the root's own mode", "chmod 2711 b", /^\.d\.\.\.p.* \.\//],
    [
      "an ACL",
      "setfacl -m u:4000:r b/x; setfacl -m g:4000:r a/x",
      /^\.f\.{7}a/,
    ],
    ["a default ACL", "setfacl -d -m u:4000:r b/d", /^\.d\.{7}a/],
    ["user.*", "setfattr -n user.k -v 1 b/x", /^\.f\.{8}x/],
    ["trusted.*", "setfattr -n trusted.k -v 1 b/x", /^\.f\.{8}x/],
    ["trusted.* of a symlink", "setfattr -hn trusted.k -v 1 b/l", /^\.L\.{8}x/],
    ["a link that b lacks", "ln -f a/x a/y; touch -r b a", /^hf.* => /],
    ["a link that only b has", "ln -f b/x b/y; touch -r a b", /^\*hf.* => /],
    ["a symlink's target", "ln -sfn z b/l; touch -hd @5 b/l b", /^cL.* -> /],
    [
      "a device number",
      "rm b/n; mknod b/n c 1 5; touch -d @5 b/n b",
      /^cD.* n$/,
    ],
    ["a FIFO instead", "rm b/x; mkfifo b/x; touch -d @5 b/x b", /^>f/],
  ])("reports a difference in %s, and nothing else", async (_, plant, line) => {
    const dir = tempDir("compare");
    const fill =
      "echo A >x; echo A >y; mkdir d; ln -s x l; mknod n c 1 3; touch -hd @5 * .";
    for (const side of ["a", "b"]) {
      mkdirSync(join(dir, side));
      sh(fill, join(dir, side));
    }
    const [a, b] = [join(dir, "a"), join(dir, "b")];
    expect(await rsyncDiff(a, b)).toEqual([]);
    sh(plant, dir);
    const found = await rsyncDiff(a, b, { contents: true });
    expect(found).toEqual([expect.stringMatching(line)]);
  });

  test("leaves out what is excluded", async () => {
    const [a, b] = [tempDir("a"), tempDir("b")];
    writeFileSync(join(a, "x"), "");
    sh("touch -d @5 .", a);
    sh("touch -d @5 .", b);
    expect(await rsyncDiff(a, b, { exclude: ["/x"] })).toEqual([]);
  });
});

describeReal(
  "servers",
  { needs: ["rustic", "rclone", "versitygw", "fake-gcs-server"] },
  () => {
    type Started = Server & { repository: BareRepository };
    const start: Record<string, () => Promise<Started>> = {
      rest: async () => {
        const server = await startRest({ appendOnly: true });
        return { ...server, repository: restRepository(server) };
      },
      s3: async () => {
        const server = await startS3();
        return { ...server, repository: s3Repository(server) };
      },
      gcs: async () => {
        const server = await startGcs();
        return { ...server, repository: gcsRepository(server) };
      },
    };

    test.each(Object.keys(start))("rustic backs up to %s", async (kind) => {
      const server = await start[kind]!();
      try {
        const rustic = await initBareRustic(server.repository);
        const source = tempDir("source");
        writeFileSync(join(source, "file"), kind);
        const backup = ["backup", "--json", "."];
        const snapshot = JSON.parse(await rustic.run(backup, source));
        expect(snapshot.id).toMatch(/^[0-9a-f]{64}$/);
        const listed = await rustic.run(["ls", `${snapshot.id}`]);
        expect(listed).toContain("file");
      } finally {
        await server.stop();
      }
      expect(isRunning(server.pid)).toBe(false);
      await expect(fetch(`http://${server.address}/`)).rejects.toThrow(
        "fetch failed",
      );
    });

    test("a REST user does not see the repository of another", async () => {
      const users = ["one", "two"] as const;
      const server = await startRest({ privateRepos: true, users });
      try {
        const [one, two] = server.accounts;
        await initBareRustic(restRepository(one!));
        const foreign = { ...two!, url: one!.url };
        const attempt = initBareRustic(restRepository(foreign));
        await expect(attempt).rejects.toThrow("rustic");
        await initBareRustic(restRepository(two!));
      } finally {
        await server.stop();
      }
    });
  },
);

test("a SQLite writer writes whole batches until it is stopped", async () => {
  const path = join(tempDir("sqlite"), "live.db");
  const first = await startSqliteWriter(path);
  expect(existsSync(`${path}-wal`)).toBe(true);
  await first.stop();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const second = await startSqliteWriter(path);
  await second.kill();
  expect(existsSync(`${path}-wal`)).toBe(true);
  const database = new Database(path);
  const torn = "SELECT batch FROM log GROUP BY batch HAVING count(*) <> 10";
  expect(database.prepare(torn).all()).toEqual([]);
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  database.close();
});
