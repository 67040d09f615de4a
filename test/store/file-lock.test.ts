import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import { tryFileLock, withFileLock } from "../../lib/store/index.js";
import { bundleProgram, startProgram } from "../support/program.js";
import { tempDir } from "../support/temp.js";

let program: string;
beforeAll(() => {
  program = bundleProgram("hold-lock");
});

describe("a file lock", () => {
  test("is held by one process at a time", async () => {
    const path = join(tempDir("lock"), "new", "lock");
    const first = startProgram(program, [path]);
    expect(await first.line()).toBe("held");
    expect(await tryFileLock(path, () => Promise.resolve())).toBeUndefined();

    const order: string[] = [];
    const second = startProgram(program, [path]);
    const held = second.line().then((line) => order.push(line));
    order.push("first ends");
    await first.end();
    await held;
    expect(order).toEqual(["first ends", "held"]);
    await second.end();
    await expect(withFileLock(path, async () => "free")).resolves.toBe("free");
  });

  test("ends with its holder, even by SIGKILL", async () => {
    const path = join(tempDir("lock"), "lock");
    const holder = startProgram(program, [path]);
    expect(await holder.line()).toBe("held");
    const waiting = withFileLock(path, async () => "mine");
    await holder.kill();
    await expect(waiting).resolves.toBe("mine");
  });

  test("is held by one at a time within a process too", async () => {
    const path = join(tempDir("lock"), "lock");
    let inside = 0;
    let most = 0;
    const once = () =>
      withFileLock(path, async () => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside--;
      });
    await Promise.all([once(), once(), once()]);
    expect(most).toBe(1);
  });

  test("is free again after an action that failed", async () => {
    const path = join(tempDir("lock"), "lock");
    const failing = withFileLock(path, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    const after = await tryFileLock(path, async () => "free");
    expect(after).toEqual({ result: "free" });
  });

  test("need not be waited for", async () => {
    const path = join(tempDir("lock"), "lock");
    const controller = new AbortController();
    const reason = new BackupError("CANCELLED", "Enough.");
    const ran: string[] = [];
    await withFileLock(path, async () => {
      const waiting = withFileLock(
        path,
        async () => ran.push("ran"),
        controller.signal,
      );
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
    });
    expect(ran).toEqual([]);
  });
});
