import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { type Kit, parseKit } from "../../lib/repository/kit.js";
import { rsyncDiff } from "../support/compare.js";
import { tempDir } from "../support/temp.js";
import { describeReal, toolPath } from "../support/tools.js";
import { fillProject, type Host, startHost } from "./hosts.js";
import { type Storage, storages } from "./storages.js";

const needs = [
  "root",
  "mount",
  "unshare",
  "rustic",
  "restic",
  "rsync",
  "setfattr",
  "rclone",
  "versitygw",
] as const;

const start = (kind: string) => (storages[kind] as () => Promise<Storage>)();

describeReal("the recovery kit", { needs }, () => {
  let storage: Storage;
  let host: Host;
  afterEach(async () => {
    await host.close();
    await storage.stop();
  });

  test.each(["local", "rest", "s3"])(
    "and the storage's own credentials are all that restic needs (%s)",
    async (kind) => {
      storage = await start(kind);
      host = await startHost(storage.repository, { projects: 1 });
      const [project_id = ""] = host.projects;
      fillProject(host.projectDir(project_id));
      const { backup_id } = await host.backup(project_id);
      // As a person has it: printed, copied, and nothing of this host.
      const printed = JSON.stringify(host.backups.tools.repositories.kit());
      const kit = parseKit(printed);
      const target = tempDir("target");
      await restic(storage, kit, ["restore", backup_id, "--target", target]);
      const [source, restored] = [
        host.projectDir(project_id),
        join(target, "project"),
      ];
      expect(await rsyncDiff(source, restored, { contents: true })).toEqual([]);
      const found = await restic(storage, kit, ["snapshots", "--json"]);
      expect(JSON.parse(found)).toMatchObject([
        { id: backup_id, hostname: project_id },
      ]);
      await restic(storage, kit, ["check", "--read-data"]);
    },
  );

  test.each(["local", "rest", "s3"])(
    "and its key and the credentials stay out of rows, log and errors (%s)",
    async (kind) => {
      storage = await start(kind);
      host = await startHost(storage.repository, { projects: 1 });
      const [project_id = ""] = host.projects;
      const { backup_id } = await host.backup(project_id);
      const kit = host.backups.tools.repositories.kit() as Kit;
      const { dataDir } = host.host;
      const key = readFileSync(join(dataDir, "keys/main.key"), "utf8");
      const { mac, encrypt } = JSON.parse(key);
      const hidden = [kit.password, mac.k, mac.r, encrypt, ...storage.secrets];
      expect(hidden.every((secret) => secret.length > 8)).toBe(true);

      const failures = await provokeFailures(host, project_id, backup_id);
      const rows = readdirSync(dataDir)
        .filter((name) => name.startsWith("project-backups.sqlite"))
        .map((name) => readFileSync(join(dataDir, name), "latin1"));
      const written = [...rows, ...host.log, ...failures].join("\n");
      // They are what they should be: rows and failures are in there.
      expect(written).toContain(backup_id);
      expect(host.log.join("\n")).toContain("a job failed");
      expect(failures.join("\n")).toContain("REPOSITORY_REJECTED");
      for (const secret of hidden) expect(written).not.toContain(secret);
    },
  );
});

/** Fails in as many ways as is quick; returns all that was said. */
async function provokeFailures(
  host: Host,
  project_id: string,
  backup_id: string,
): Promise<string[]> {
  const said: string[] = [];
  const keep = (error: unknown) => {
    const { code, message, details, stack, cause } = error as Record<
      string,
      unknown
    >;
    said.push([code, message, details, stack, String(cause)].join("\n"));
  };
  const { tools } = host.backups;
  const kit = tools.repositories.kit() as Kit;
  const wrong = { ...kit, password: `${kit.password}x` };
  await tools.repositories.importKit(wrong).catch(keep);
  const repository = await tools.repositories.open();
  await repository.read(["ab".repeat(32)]).catch(keep);
  const path = join(host.restored, "tree");
  const key = join(host.host.dataDir, "keys/main.key");
  truncateSync(key, 60);
  const input = { project_id, backup_id };
  const { job } = await host.local("restore", {
    ...input,
    target: { type: "directory", path },
  });
  said.push(JSON.stringify(await host.ended(job)));
  rmSync(key);
  const started = await host.local("start", { project_id });
  said.push(JSON.stringify(await host.ended(started.job)));
  return said;
}

async function restic(
  storage: Storage,
  kit: Kit,
  args: readonly string[],
): Promise<string> {
  const { stdout } = await execa(
    toolPath("restic"),
    ["--no-cache", "--no-lock", "--quiet", ...args],
    {
      env: {
        PATH: process.env["PATH"],
        RESTIC_PASSWORD: kit.password,
        ...storage.restic(kit),
      },
      extendEnv: false,
    },
  );
  return stdout;
}
