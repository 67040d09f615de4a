import { once } from "node:events";
import { readFileSync } from "node:fs";
import { execa } from "execa";
import { identifyProcess, isAlive } from "../lib/process-identity.js";
import { until } from "./support/until.js";

describe("a process", () => {
  test("is alive while it runs", () => {
    const self = identifyProcess(process.pid);
    expect(self.pid).toBe(process.pid);
    expect(self.started).toBeGreaterThan(0);
    expect(self.boot).toMatch(/^[0-9a-f-]{36}$/);
    expect(isAlive(self)).toBe(true);
  });

  test("is dead when somebody else has its pid now", () => {
    const self = identifyProcess(process.pid);
    expect(isAlive({ ...self, started: self.started - 1 })).toBe(false);
    expect(isAlive({ ...self, started: 0 })).toBe(false);
  });

  test("is dead when the machine was started anew", () => {
    const self = identifyProcess(process.pid);
    expect(isAlive({ ...self, boot: "another" })).toBe(false);
  });

  test("is dead when it has ended", async () => {
    const child = execa("sleep", ["1000"], { reject: false });
    const identity = identifyProcess(child.pid ?? 0);
    expect(isAlive(identity)).toBe(true);
    child.kill("SIGKILL");
    await child;
    expect(isAlive(identity)).toBe(false);
  });

  test("is dead when nobody has reaped it yet", async () => {
    // The shell becomes a sleep, which never waits for the child.
    const parent = bash("sleep 0.2 & echo $!; exec sleep 1000");
    const child = await firstNumber(parent);
    const identity = identifyProcess(child);
    expect(isAlive(identity)).toBe(true);
    await until(() => !isAlive(identity));
    expect(() => process.kill(child, 0)).not.toThrow();
    parent.kill("SIGKILL");
    await parent;
  });

  test("is known by its start in spite of what it calls itself", async () => {
    const child = bash("printf 'a) R 1 2' > /proc/self/comm; echo $$; read");
    const pid = await firstNumber(child);
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toContain("(a) R 1 2)");
    const identity = identifyProcess(pid);
    const ticks = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    expect(identity.started / 100).toBeLessThanOrEqual(ticks);
    expect(identity.started / 100).toBeGreaterThan(ticks - 10);
    child.kill("SIGKILL");
    await child;
  });
});

function bash(script: string) {
  return execa("bash", ["-c", script], { reject: false, buffer: false });
}

async function firstNumber(child: ReturnType<typeof bash>): Promise<number> {
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return Number(chunk.toString());
}
