import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Real from "better-sqlite3";
import { makeFaultWorld } from "../support/fault-world.js";
import * as files from "./world/doors/fs-promises.js";
import * as syncFiles from "./world/doors/fs.js";
import {
  Date as WorldDate,
  setInterval,
  setTimeout,
} from "./world/doors/globals.js";
import { setTimeout as sleep } from "./world/doors/timers-promises.js";
import Database from "./world/sqlite.js";

const at = (step: number) => ({ step });

describe("a world of the fault engine", () => {
  test("kills before an effect, and it does not happen", async () => {
    const { root, live } = makeFaultWorld(at(3));
    const { killed } = await live(async () => {
      await files.mkdir(join(root, "one"));
      await files.mkdir(join(root, "two"));
    });
    expect(killed).toBe(true);
    expect(readdirSync(root)).toEqual(["one"]);
  });

  test("kills after an effect, and nothing follows it", async () => {
    const { root, live } = makeFaultWorld(at(2));
    let went = false;
    await live(async () => {
      await files.mkdir(join(root, "one"));
      went = true;
    });
    expect(existsSync(join(root, "one"))).toBe(true);
    expect(went).toBe(false);
  });

  test("keeps a dead host from doing anything in a `catch` or `finally`", async () => {
    const { root, live } = makeFaultWorld(at(1));
    const errors: unknown[] = [];
    const attempt = (action: () => unknown) => {
      try {
        action();
      } catch (error) {
        errors.push(String(error));
      }
    };
    await live(async () => {
      attempt(() => syncFiles.mkdirSync(join(root, "one")));
      attempt(() => syncFiles.writeFileSync(join(root, "two"), ""));
      attempt(() => new Database(join(root, "three"), {}));
      void files.mkdir(join(root, "four"));
      await sleep(1);
      errors.push("it woke up");
    });
    expect(readdirSync(root)).toEqual([]);
    expect(errors).toEqual(Array(3).fill("Killed: the process is dead"));
  });

  test("fires no timer of a dead host", async () => {
    const { root, live } = makeFaultWorld(at(1));
    let fired = 0;
    await live(async () => {
      setInterval(() => (fired += 1), 10);
      setTimeout(() => syncFiles.mkdirSync(join(root, "one")), 35);
      await sleep(1000);
    });
    expect(fired).toBe(3);
  });

  test.each([
    ["before", 3, 0],
    ["inside", 4, 0],
    ["after", 5, 1],
  ])(
    "leaves a whole transaction or none when it kills %s",
    async (_where, step, rows) => {
      const { root, live } = makeFaultWorld(at(step));
      const path = join(root, "rows.sqlite");
      const made = new Real(path);
      made.exec("CREATE TABLE jobs (job_id TEXT)");
      made.close();
      await live(async () => {
        const database = new Database(path, {});
        const insert = database.prepare("INSERT INTO jobs VALUES ('one')");
        database.transaction(() => insert.run()).immediate();
        await sleep(1);
      });
      const left = new Real(path);
      expect(left.prepare("SELECT * FROM jobs").all()).toHaveLength(rows);
      left.close();
    },
  );

  test("passes time only when nothing else is to do", async () => {
    const { root, live } = makeFaultWorld();
    const times: number[] = [];
    await live(async () => {
      const start = WorldDate.now();
      await files.writeFile(join(root, "one"), "");
      times.push(WorldDate.now() - start);
      await sleep(3_600_000);
      times.push(WorldDate.now() - start);
    });
    expect(times).toEqual([0, 3_600_000]);
  });

  test("answers what was asked in some order, the same for the same seed", async () => {
    const orders = [await order(), await order()];
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[0]?.toSorted());
  });
});

async function order(): Promise<string[]> {
  const { root, live } = makeFaultWorld();
  const names = [..."abcdefgh"];
  const answered: string[] = [];
  await live(() =>
    Promise.all(
      names.map(async (name) => {
        await files.mkdir(join(root, name));
        answered.push(name);
      }),
    ),
  );
  return answered;
}
