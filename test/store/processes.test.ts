import { openTestStore } from "../support/job-rows.js";
import { bundleProgram, startProgram } from "../support/program.js";
import { tempDir } from "../support/temp.js";

test("three processes on a new file ask and claim without an error, each job once", async () => {
  const program = bundleProgram("hammer-store");
  const [rounds, cap] = [60, 2];
  for (let trial = 0; trial < 2; trial++) {
    const dataDir = tempDir("data");
    const args = [dataDir, String(rounds), String(cap)];
    const programs = [1, 2, 3].map(() => startProgram(program, args));
    const printed = await Promise.all(programs.map((one) => one.line()));
    await Promise.all(programs.map((one) => one.end()));
    const results = printed.map(
      (line) => JSON.parse(line) as { claimed: string[]; mostRunning: number },
    );
    for (const result of results) expect(result).not.toHaveProperty("error");
    const claimed = results.flatMap((result) => result.claimed);
    expect(claimed).toHaveLength(3 * rounds);
    expect(new Set(claimed).size).toBe(3 * rounds);
    for (const { mostRunning } of results) {
      expect(mostRunning).toBeLessThanOrEqual(cap);
    }
    const store = openTestStore(dataDir);
    const rows = store.jobs.list({ limit: 1000 });
    expect(new Set(rows.map(({ state }) => state))).toEqual(
      new Set(["succeeded"]),
    );
    store.close();
  }
}, 30_000);
