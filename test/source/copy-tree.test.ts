/** A copy ends with its job. */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessIdentity } from "../../lib/process-identity.js";
import { copyTree } from "../../lib/source/copy-tree.js";
import { isRunning } from "../support/processes.js";
import { tempDir } from "../support/temp.js";

function copyingBy(script: string): Record<string, string> {
  const bin = tempDir("bin");
  writeFileSync(join(bin, "cp"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "cp"), 0o755);
  return { PATH: bin };
}

const slowCopy = () => copyingBy("exec /bin/sleep 60");

const gone = "cp: cannot stat '/a/x-wal': No such file or directory";
const goneToo = "cp: cannot access '/a/y': No such file or directory";
const full = "cp: error writing '/b/y': No space left on device";
const saying = (...lines: string[]) =>
  copyingBy(
    [...lines.map((line) => `echo "${line}" >&2`), "exit 1"].join("\n"),
  );

test("goes on where files vanish, and where nothing else fails", async () => {
  const privileged: string[] = [];
  await copyTree("/a", "/b", {
    privileged,
    environment: saying(gone, goneToo),
  });
  const environment = saying(gone, full);
  await expect(
    copyTree("/a", "/b", { privileged, environment }),
  ).rejects.toMatchObject({ code: "NO_SPACE" });
});

test("cancelled, with its process group in the row until then", async () => {
  const cancel = new AbortController();
  const groups: (ProcessIdentity | null)[] = [];
  const copy = copyTree("/a", "/b", {
    privileged: [],
    environment: slowCopy(),
    signal: cancel.signal,
    onGroup(group) {
      groups.push(group);
      if (group) cancel.abort();
    },
  });
  await expect(copy).rejects.toMatchObject({ code: "CANCELLED" });
  const [group, after] = groups;
  expect(after).toBeNull();
  expect(isRunning(group?.pid ?? 0)).toBe(false);
});

test("stalled, without any sign of life", async () => {
  const copy = copyTree("/a", "/b", {
    privileged: [],
    environment: slowCopy(),
    idleTimeoutMs: 200,
  });
  await expect(copy).rejects.toMatchObject({ code: "STALLED" });
});
