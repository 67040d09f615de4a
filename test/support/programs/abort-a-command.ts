/** Runs `sleep` as root through a set-uid setpriv, aborts it when told to. */

import { createInterface } from "node:readline";
import type { BackupError } from "../../../conat-api/index.js";
import { run } from "../../../lib/exec.js";
import { say } from "./say.js";

const privileged = [
  process.argv[2] ?? "",
  ...["--reuid", "0", "--regid", "0", "--clear-groups"],
];
const { PATH = "" } = process.env;
const controller = new AbortController();
const [file = "", ...args] = [...privileged, "sleep", "1000"];
createInterface({ input: process.stdin }).on("line", () => controller.abort());
run(
  { file, args, env: { PATH }, privileged },
  {
    signal: controller.signal,
    onSpawn: (pgid) => setTimeout(() => say(pgid), 100),
  },
).then(
  () => say("it ended by itself"),
  (error: BackupError) => {
    say(error.code);
    process.stdin.destroy();
  },
);
