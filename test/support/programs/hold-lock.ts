/** Takes the lock at the given path, says so, and holds it until stdin ends. */

import { once } from "node:events";
import { withFileLock } from "../../../lib/store/index.js";
import { say } from "./say.js";

void withFileLock(process.argv[2] ?? "", async () => {
  say("held");
  process.stdin.resume();
  await once(process.stdin, "end");
});
