import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConatServiceClient } from "../../conat-api/index.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
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

test("an engine closes all that it started, also when one part fails", async () => {
  const dataDir = tempDir("data");
  const closed: string[] = [];
  const conat = {
    service: (subject: string) =>
      Promise.resolve({
        close() {
          closed.push(subject);
          if (closed.length === 1) throw new Error("the router has gone");
        },
      }),
  } as unknown as ConatServiceClient;
  const engine = await startTestEngine({ conat, host: { dataDir } });
  await expect(engine.close()).rejects.toThrow("the router has gone");
  expect(closed).toHaveLength(3);
  expect(openFiles().filter((path) => path.startsWith(dataDir))).toEqual([]);
});

test("an engine that closes claims nothing while it waits", async () => {
  const engine = await startTestEngine();
  const { store } = engine.backups.tools;
  const release = holdRefresh(engine);
  const closing = engine.close({ drainMs: 10_000 });
  const project_id = engine.projects[0] as string;
  const { row } = verbsOf(store).ask(project_id, { now: 1 });
  await sleep(1200);
  expect(store.jobs.get(row.job_id)?.state).toBe("pending");
  release();
  await closing;
});

/** A reading of the repository that does not end before it is released. */
function holdRefresh({ backups }: TestEngine): () => void {
  let release = () => {};
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  backups.tools.repositories.find = () => held;
  void backups.refresh();
  return () => release();
}

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return []; // The listing's own.
    }
  });
}
