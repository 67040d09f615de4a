import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { openStore } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";
import { tempDir } from "../support/temp.js";

const fileName = "project-backups.sqlite";

function onFile<T>(dataDir: string, action: (file: Sqlite.Database) => T): T {
  const file = new Sqlite(join(dataDir, fileName));
  try {
    return action(file);
  } finally {
    file.close();
  }
}

describe("the job file", () => {
  test("is made with its schema, for this user alone", () => {
    const dataDir = join(tempDir("data"), "new", "er");
    const store = openTestStore(dataDir);
    verbsOf(store).ask(newProject());
    const modes = readdirSync(dataDir).map(
      (name) =>
        `${name} ${(statSync(join(dataDir, name)).mode & 0o777).toString(8)}`,
    );
    expect(modes.toSorted()).toEqual([
      `${fileName} 600`,
      `${fileName}-shm 600`,
      `${fileName}-wal 600`,
    ]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    store.close();
    const version = onFile(dataDir, (file) =>
      file.pragma("user_version", { simple: true }),
    );
    expect(version).toBeGreaterThan(0);
  });

  test("keeps its rows when it is opened again", () => {
    const dataDir = tempDir("data");
    const first = openTestStore(dataDir);
    const { row } = verbsOf(first).ask(newProject());
    first.close();
    const second = openTestStore(dataDir);
    expect(second.jobs.get(row.job_id)).toEqual(row);
    second.close();
  });

  test("of a newer version is refused, and not changed", () => {
    const dataDir = tempDir("data");
    openTestStore(dataDir).close();
    onFile(dataDir, (file) => file.pragma("user_version = 999"));
    expect(() => openTestStore(dataDir)).toThrow(
      expect.objectContaining({ code: "CONFLICT" }),
    );
    const version = onFile(dataDir, (file) =>
      file.pragma("user_version", { simple: true }),
    );
    expect(version).toBe(999);
  });

  test("of another host is refused", () => {
    const dataDir = tempDir("data");
    openStore(dataDir, "host-1").close();
    expect(() => openStore(dataDir, "host-2")).toThrow(
      expect.objectContaining({
        code: "CONFLICT",
        message: expect.stringContaining("host-1"),
      }),
    );
    openStore(dataDir, "host-1").close();
  });

  test("that is damaged says so", () => {
    const dataDir = tempDir("data");
    writeFileSync(join(dataDir, fileName), "x".repeat(8192));
    expect(() => openTestStore(dataDir)).toThrow(
      expect.objectContaining({
        code: "FILESYSTEM_FAILED",
        message: expect.stringContaining("damaged"),
      }),
    );
  });

  test("cannot be made where a file is in the way", () => {
    const path = join(tempDir("data"), "file");
    writeFileSync(path, "");
    expect(() => openTestStore(path)).toThrow(
      expect.objectContaining({ code: "FILESYSTEM_FAILED" }),
    );
  });

  test("allows one running job a project, whoever writes it", () => {
    const dataDir = tempDir("data");
    const store = openTestStore(dataDir);
    const verbs = verbsOf(store);
    const project = newProject();
    verbs.ask(project);
    verbs.claim();
    const { job_id } = verbs.askRestore(project);
    expect(() =>
      onFile(dataDir, (file) =>
        file
          .prepare("UPDATE jobs SET state = 'running' WHERE job_id = ?")
          .run(job_id),
      ),
    ).toThrow("UNIQUE");
    store.close();
  });
});
