import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** The command line as people use it. */
async function faults(...args: string[]) {
  const script = join(root, "scripts", "faults.mjs");
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  const [stdout, exitCode] = await Promise.all([text(child.stdout), ended]);
  // Temporary names are the only thing that no seed decides.
  const trace = stdout.replaceAll(/project-backups-faults-\w+/g, "").trimEnd();
  return { exitCode, trace, last: trace.split("\n").at(-1) };
}

describe("the fault engine", () => {
  test("tells the same history of the same seed", async () => {
    const replay = () => faults("--replay", "3.1:150,260");
    const [once, again] = [await replay(), await replay()];
    expect(once.exitCode).toBe(0);
    expect(once.trace.split("\n").length).toBeGreaterThan(400);
    expect(again.trace).toBe(once.trace);
  });

  test("does nothing behind the step at which a host was killed", async () => {
    const { trace } = await faults("--replay", "3.1:150,260");
    const stepsOf = (incarnation: number) =>
      [...trace.matchAll(/^(\d+):(\d+) /gm)]
        .filter(([, one]) => one === String(incarnation))
        .map(([, , step]) => Number(step));
    expect(Math.max(...stepsOf(0))).toBe(149);
    expect(Math.max(...stepsOf(1))).toBe(259);
    expect(stepsOf(2).length).toBeGreaterThan(0);
  });

  test("goes on from the world that a real SIGKILL left", async () => {
    const { last, exitCode, trace } = await faults(
      ...["--kills", "24", "--seed", "3"],
    );
    expect(trace).not.toContain("VIOLATION");
    expect(last).toMatch(/^\d+ kills \([1-9]\d* by SIGKILL\), \d+ points, 0 /);
    expect(exitCode).toBe(0);
  });

  test("catches a planted bug", async () => {
    const { exitCode, last } = await faults("--bugs", "14");
    expect(last).toBe("1 of 1 planted bugs caught");
    expect(exitCode).toBe(0);
  });
});
