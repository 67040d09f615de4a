import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConatServiceClient } from "../../conat-api/index.js";
import { startTestEngine } from "../support/engine.js";
import { openTestStore, verbsOf } from "../support/job-rows.js";
import { tempDir } from "../support/temp.js";

test("an engine that cannot register its services works on nothing", async () => {
  const dataDir = tempDir("data");
  const conat = {
    service: () => Promise.reject(new Error("no such router")),
  } as unknown as ConatServiceClient;
  const store = openTestStore(dataDir);
  const { row } = verbsOf(store).ask("p", { now: 1 });
  const host = { dataDir, host_id: "host-1" };
  await expect(startTestEngine({ conat, host })).rejects.toThrow("no such");
  await sleep(1200);
  expect(store.jobs.get(row.job_id)?.state).toBe("pending");
  store.close();
  expect(openFiles().filter((path) => path.startsWith(dataDir))).toEqual([]);
});

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return []; // The listing's own.
    }
  });
}
