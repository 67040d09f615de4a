import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import { pruneCommand } from "../../lib/repository/commands/prune.js";
import { restoreCommand } from "../../lib/repository/commands/restore.js";
import {
  listIdsCommand,
  readBackupsCommand,
} from "../../lib/repository/commands/snapshots.js";
import { LostRace } from "../../lib/repository/failure.js";
import type { RusticCommand } from "../../lib/repository/rustic.js";
import { tempDir } from "../support/temp.js";
import { fixture } from "./fixture.js";
import { hostRustic, job_id, localLocation, project_id } from "./ground.js";

const id = "ab".repeat(32);
const summary = {
  message_type: "summary",
  ...{ files_new: 1, files_changed: 0, files_unmodified: 0 },
  ...{ dirs_new: 1, dirs_changed: 0, dirs_unmodified: 0 },
  ...{ data_blobs: 1, tree_blobs: 1, data_added: 1, data_added_packed: 1 },
  ...{ total_files_processed: 1, total_bytes_processed: 1 },
  ...{ total_duration: 0.1, snapshot_id: id },
};

/**
 * A rustic that fails with these recorded words, one after the other, and
 * then prints `stdout`. In each of them something else is missing, unless
 * `same`.
 */
function loses(
  names: readonly string[],
  { stdout = "", same = false, first = "" } = {},
) {
  const directory = tempDir("rustic");
  names.forEach((name, at) => {
    const { stderr } = fixture(name);
    const digit = same ? "7" : String(at);
    const text = stderr
      .replaceAll(/0{20,}\d+/g, digit.repeat(64))
      .replaceAll(/(?<=Tree ID `)\d+/g, digit.repeat(8));
    writeFileSync(join(directory, `stderr-${at}`), text);
  });
  writeFileSync(join(directory, "stdout"), stdout);
  const binary = join(directory, "rustic");
  const script = `#!/bin/sh
cd ${directory}
echo run >>runs
at=$(($(wc -l <runs) - 1))
[ -e stderr-$at ] || exec cat stdout
${first}
cat stderr-$at >&2
exit 1
`;
  writeFileSync(binary, script, { mode: 0o755 });
  return {
    runs: () =>
      readFileSync(join(directory, "runs"), "utf8").split("\n").length - 1,
    call: <T>(command: RusticCommand<T>, signal?: AbortSignal) =>
      hostRustic({ binary }).call(
        localLocation(join(directory, "repository")),
        { keyFile: "/none" },
        command,
        signal && { signal },
      ),
  };
}

const backup = backupCommand({
  ...{ directory: "/", source: ["."], project_id, job_id },
  onBytes() {},
});
const restoreTo = (directory: string) =>
  restoreCommand({ backup_id: id, directory, onBytes() {} });

test.each(["race-backup-index", "race-rest-index", "race-s3-index"])(
  "a backup that lost by %s runs again at once",
  async (name) => {
    const stdout = `${JSON.stringify(summary)}\n`;
    const { call, runs } = loses([name, name], { stdout });
    expect(await call(backup)).toMatchObject({ backup_id: id });
    expect(runs()).toBe(3);
  },
);

test("a backup that failed after it had begun does not run again", async () => {
  const { call, runs } = loses(["rest-post-404"]);
  await expect(call(backup)).rejects.toMatchObject({
    code: "REPOSITORY_MISSING",
  });
  expect(runs()).toBe(1);
});

test("a restore runs again while nothing is in its directory", async () => {
  const stdout = "Files:  0 to restore\nrestore done.\n";
  const { call, runs } = loses(["race-restore-index"], { stdout });
  const directory = tempDir("target");
  mkdirSync(join(directory, "project"));
  await call(restoreTo(directory));
  expect(runs()).toBe(2);
});

test("a restore that has written something is over", async () => {
  const directory = tempDir("target");
  const first = `mkdir -p ${directory}/project/sub`;
  const { call, runs } = loses(["race-restore-index"], { first });
  await expect(call(restoreTo(directory))).rejects.toMatchObject({
    code: "REPOSITORY_DAMAGED",
  });
  expect(runs()).toBe(1);
  expect(readdirSync(directory)).toEqual(["project"]);
});

test("what misses the same thing again is damaged", async () => {
  const names = ["race-prune-tree", "race-prune-tree"];
  const { call, runs } = loses(names, { same: true });
  const error = call(pruneCommand({ keepDeleteSeconds: 1 }));
  await expect(error).rejects.toMatchObject({ code: "REPOSITORY_DAMAGED" });
  await expect(error).rejects.not.toBeInstanceOf(LostRace);
  expect(runs()).toBe(2);
});

test("a prune that loses to something else each time says so", async () => {
  const two = ["race-prune-tree", "race-prune-snapshot"];
  const { call, runs } = loses([...two, ...two, ...two, ...two]);
  const error = call(pruneCommand({ keepDeleteSeconds: 1 }));
  await expect(error).rejects.toBeInstanceOf(LostRace);
  await expect(error).rejects.toMatchObject({
    code: "COMMAND_FAILED",
    message:
      "Could not prune the repository: the repository kept changing meanwhile. Start again when less is going on.",
    details: expect.stringContaining("No such file or directory"),
  });
  expect(runs()).toBe(6);
});

test("a backup that was asked for and is gone is an answer", async () => {
  const { call, runs } = loses(["unknown-backup-read"]);
  const missing = { code: "NOT_FOUND" };
  const asked = id;
  await expect(call(readBackupsCommand([asked]))).rejects.toMatchObject(
    missing,
  );
  expect(runs()).toBe(1);
});

test("who is cancelled between two runs hears that, and nothing runs", async () => {
  const directory = tempDir("flag");
  const first = `touch ${directory}/lost`;
  const names = Array.from({ length: 5 }, () => "race-backup-index");
  const { call, runs } = loses(names, { first });
  const ending = new AbortController();
  const ended = call(listIdsCommand, ending.signal);
  const timer = setInterval(() => {
    if (existsSync(join(directory, "lost"))) ending.abort();
  }, 5);
  await expect(ended).rejects.toMatchObject({ code: "CANCELLED" });
  clearInterval(timer);
  expect(runs()).toBeLessThan(6);
});
