/**
 * Opens the store and asks, claims, notes and settles as fast as it can:
 * `<dataDir> <rounds> <cap>`. Prints how often it claimed, or the error.
 */

import { randomUUID } from "node:crypto";
import { identifyProcess } from "../../../lib/process-identity.js";
import { openStore } from "../../../lib/store/index.js";
import { say } from "./say.js";

const [dataDir = "", rounds = "0", cap = "1"] = process.argv.slice(2);
const owner = identifyProcess(process.pid);

try {
  say(JSON.stringify(hammer()));
} catch (error) {
  say(JSON.stringify({ error: String(error) }));
}

function hammer(): { claimed: string[]; mostRunning: number } {
  const store = openStore(dataDir, "host-1");
  const claimed: string[] = [];
  let mostRunning = 0;
  const workOnce = () => {
    const row = store.jobs.claim({ owner, cap: Number(cap), now: Date.now() });
    if (!row) return;
    claimed.push(row.job_id);
    mostRunning = Math.max(mostRunning, store.jobs.counts().running);
    store.jobs.note(row.job_id, { phase: "reading", fixed_at: Date.now() });
    store.jobs.heartbeat(owner, Date.now(), [row.job_id]);
    store.jobs.settle(row.job_id, { state: "succeeded", now: Date.now() });
  };
  for (let round = 0; round < Number(rounds); round++) {
    store.jobs.askBackup({
      project_id: randomUUID(),
      trigger: "manual",
      requested_by: "local",
      now: Date.now(),
    });
    workOnce();
  }
  while (store.jobs.counts().pending > 0) workOnce();
  store.close();
  return { claimed, mostRunning };
}
