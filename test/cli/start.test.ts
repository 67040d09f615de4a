/** What `npm start` does, again and again. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type StartedHost, startHost } from "../support/started-host.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

type Listed = { backups: { backup_id: string }[] };

const ids = async (host: StartedHost) =>
  (await host.json<Listed>("list", host.project_id)).backups.map(
    ({ backup_id }) => backup_id,
  );

describeReal("npm start", { needs: ["rustic"] }, () => {
  test("makes a sample, backs it up once, and goes on where it was", async () => {
    const home = tempDir("home");
    const first = await startHost({ home });
    expect(first.printed()).toMatch(/^Backup [0-9a-f]{64} made in /m);
    const made = await ids(first);
    expect(made).toHaveLength(1);
    const journal = join(first.projectDir, "journal.md");
    writeFileSync(journal, "mine\n");
    expect(await first.interrupt()).toBe(0);
    expect(first.printed()).toMatch(/Closing \.\.\.\s*$/);

    const second = await startHost({ home });
    expect(second.project_id).toBe(first.project_id);
    expect(await ids(second)).toEqual(made);
    expect(readFileSync(journal, "utf8")).toBe("mine\n");
    expect(second.link).not.toBe(first.link);
    expect(await second.interrupt()).toBe(0);
  }, 180_000);

  test("takes two signals of one Ctrl-C for one", async () => {
    const host = await startHost();
    const [one, other] = [host.interrupt(), host.interrupt()];
    expect([await one, await other]).toEqual([0, 0]);
    expect(host.printed()).toMatch(/Closing \.\.\.\s*$/);
  }, 180_000);

  test("--project protects a directory where it is", async () => {
    const home = tempDir("home");
    const directory = join(tempDir("work"), "thesis");
    mkdirSync(directory);
    writeFileSync(join(directory, "chapter.tex"), "In the beginning\n");
    const host = await startHost({ home, args: ["--project", directory] });
    expect(host.projectDir).toBe(directory);
    expect(await ids(host)).toHaveLength(1);
    expect(await host.interrupt()).toBe(0);
    expect(readFileSync(join(directory, "chapter.tex"), "utf8")).toBe(
      "In the beginning\n",
    );
  }, 180_000);

  test("a token or a secret is nowhere in what it prints but the link", async () => {
    const home = tempDir("home");
    const host = await startHost({ home });
    const token = readFileSync(join(host.dataDir, "owner.token"), "utf8");
    expect(host.printed()).not.toContain(token.trim());
    expect(await host.interrupt()).toBe(0);
  }, 180_000);
});
