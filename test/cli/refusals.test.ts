import { randomUUID } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { execa } from "execa";
import { unmount } from "../support/btrfs-image.js";
import { buildCli, runCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";
import { keepMount } from "../support/fixtures.js";
import { describeReal } from "../support/tools.js";

beforeAll(buildCli, 60_000);

/** Fails with a job row that says why. */
async function failedJob(host: CliHost) {
  const reply = await host.json<{
    job: { state: string; error_code: string; error_message: string };
  }>("backup", host.project_id);
  expect(reply.job.state).toBe("failed");
  return { exitCode: reply.exitCode, ...reply.job };
}

describe("rustic", () => {
  test("that is missing is COMMAND_MISSING, with what to do", async () => {
    const host = makeCliHost({ commands: { rustic: "/no/such/rustic" } });
    expect(await failedJob(host)).toMatchObject({
      exitCode: 1,
      error_code: "COMMAND_MISSING",
      error_message: expect.stringMatching(/rustic 0\.11\.4 .* Install it/),
    });
  });

  test.each(["0.10.0", "0.11.3"])(
    "that is %s is COMMAND_MISSING, and what was found is named",
    async (version) => {
      const { root } = makeCliHost();
      const stub = join(root, "rustic");
      writeFileSync(stub, `#!/bin/sh\necho rustic ${version}\n`);
      chmodSync(stub, 0o755);
      const host = makeCliHost({ commands: { rustic: stub } });
      const { error_code, error_message } = await failedJob(host);
      expect(error_code).toBe("COMMAND_MISSING");
      expect(error_message).toContain(`${stub} is ${version}`);
    },
  );

  test("is not needed to look at the rows", async () => {
    const host = makeCliHost({ commands: { rustic: "/no/such/rustic" } });
    expect(await host.json("status", host.project_id)).toMatchObject({
      exitCode: 0,
      health: "never",
    });
  });
});

describe("the data directory", () => {
  test("that is a file holds no configuration", async () => {
    const { root } = makeCliHost();
    const path = join(root, "file");
    writeFileSync(path, "");
    const { exitCode, stderr } = await runCli([
      ...["--data-dir", path, "host", "show"],
    ]);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining(path)]);
  });

  test("whose job file cannot be made is FILESYSTEM_FAILED", async () => {
    const host = makeCliHost();
    mkdirSync(join(host.dataDir, "project-backups.sqlite"));
    const { exitCode, stderr } = await host.run("host", "show");
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot be written.*\[FILESYSTEM_FAILED\]/),
    ]);
    expect(stderr).toContain(host.dataDir);
  });

  test("whose job file is something else is refused, and left alone", async () => {
    const host = makeCliHost();
    const path = join(host.dataDir, "project-backups.sqlite");
    const text = "not a database, but something precious\n".repeat(50);
    writeFileSync(path, text);
    const { exitCode, stderr } = await host.run("host", "show");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^project-backups: .{20,} \[FILESYSTEM_FAILED\]$/);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("of another host is a conflict that names both", async () => {
    const host = makeCliHost();
    expect((await host.run("host", "show")).exitCode).toBe(0);
    const path = join(host.dataDir, "project-backups.toml");
    const text = readFileSync(path, "utf8");
    const other = randomUUID();
    const mine = /host_id = "(.*)"/.exec(text)?.[1] as string;
    writeFileSync(path, text.replace(mine, other));
    const { exitCode, stderr } = await host.run("host", "show");
    expect(exitCode).toBe(6);
    expect(stderr).toContain(`belongs to host ${mine}, not to ${other}`);
  });

  test("inside the project is INVALID_ARGUMENT", async () => {
    const host = makeCliHost();
    const dataDir = join(host.projectDir, "backups");
    await execa("cp", ["-r", host.dataDir, dataDir]);
    const { exitCode, stderr, stdout } = await runCli([
      ...["--data-dir", dataDir, "backup", host.project_id],
    ]);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toContain("lies inside the project");
  });
});

test("a repository inside the project is INVALID_ARGUMENT, and is not made", async () => {
  const { root } = makeCliHost();
  const project_id = randomUUID();
  const directory = join(root, "projects");
  const path = join(directory, project_id, "repository");
  mkdirSync(join(directory, project_id), { recursive: true });
  const host = makeCliHost({
    projects: { directory },
    repository: { kind: "local", path },
  });
  const failed = await failedJob({ ...host, project_id });
  expect(failed).toMatchObject({ exitCode: 2, error_code: "INVALID_ARGUMENT" });
  expect(failed.error_message).toContain(path);
  expect(readdirSync(join(directory, project_id))).toEqual([]);
});

describe("the configuration", () => {
  const show = async (text: string) => {
    const host = makeCliHost();
    const path = join(host.dataDir, "project-backups.toml");
    writeFileSync(path, text);
    const reply = await host.json<{ error: { code: string; message: string } }>(
      ...["host", "show"],
    );
    return { path, exitCode: reply.exitCode, ...reply.error };
  };

  test("that is missing is NOT_FOUND, with the command that makes one", async () => {
    const host = makeCliHost();
    rmSync(join(host.dataDir, "project-backups.toml"));
    const { exitCode, stderr } = await host.run("host", "show");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("project-backups host init");
  });

  test("that is no TOML is INVALID_ARGUMENT, with the file's name", async () => {
    const failed = await show('repository = {kind = "local"');
    expect(failed).toMatchObject({ exitCode: 2, code: "INVALID_ARGUMENT" });
    expect(failed.message).toContain(`${failed.path} is not valid TOML`);
  });

  test("with an unknown key is INVALID_ARGUMENT, with the key's name", async () => {
    const repository = { kind: "local", path: "/r", pasword: "x" };
    const failed = await show(stringify({ repository }));
    expect(failed).toMatchObject({ exitCode: 2, code: "INVALID_ARGUMENT" });
    expect(failed.message).toMatch(/repository.*pasword/);
  });

  test("is made by host init, once", async () => {
    const { root } = makeCliHost();
    const init = (dataDir: string) =>
      runCli([
        ...["--json", "--data-dir", dataDir, "host", "init"],
        ...["--projects", join(root, "projects")],
        ...["--repository", join(root, "repository")],
      ]);
    const dataDir = join(root, "new", "data");
    const made = await init(dataDir);
    const path = join(dataDir, "project-backups.toml");
    expect([made.exitCode, made.json()]).toEqual([0, { path }]);
    const before = readFileSync(path, "utf8");
    const shown = await runCli(["--data-dir", dataDir, "host", "show"]);
    expect(shown.exitCode).toBe(0);
    const again = await init(dataDir);
    expect([again.exitCode, again.json()]).toMatchObject([
      6,
      { error: { code: "CONFLICT" } },
    ]);
    expect(readFileSync(path, "utf8")).toBe(before);
  });
});

test("a server that does not answer is exit code 75, and no secret is seen even if rustic prints its profile", async () => {
  const password = "the-password-of-the-server";
  const { root } = makeCliHost();
  const [secret, stub] = [join(root, "secret"), join(root, "rustic")];
  writeFileSync(secret, password);
  writeFileSync(stub, talkativeRustic);
  chmodSync(stub, 0o755);
  const rest = { kind: "rest", url: "http://127.0.0.1:9/", username: "me" };
  const host = makeCliHost({
    repository: { ...rest, password: { file: secret } },
    commands: { rustic: stub },
  });
  const { exitCode, stdout, stderr } = await host.run(
    ...["--verbose", "backup", host.project_id],
  );
  expect(exitCode).toBe(75);
  expect(stdout).toContain("[REPOSITORY_UNREACHABLE]");
  expect(stderr).toContain("a job failed");
  expect(stderr).toContain("127.0.0.1:9");
  expect(stdout + stderr).not.toContain(password);
});

/** Fails like rustic 0.11.4 without a server, after printing its profile. */
const talkativeRustic = `#!/bin/sh
if [ "$1" = --version ]; then echo rustic 0.11.4; exit; fi
cat "$2" >&2
echo "caused by: error sending request: Connection refused (os error 111)" >&2
exit 1
`;

describeReal("with mounts", { needs: ["rustic", "root", "mount"] }, () => {
  test("a data directory that is read-only is FILESYSTEM_FAILED", async () => {
    const host = makeCliHost();
    const { dataDir } = host;
    await execa("mount", ["--bind", dataDir, dataDir]);
    const { release } = keepMount(dataDir);
    await execa("mount", ["-o", "remount,bind,ro", dataDir]);
    const { exitCode, stderr } = await host.run("host", "show");
    await unmount(dataDir);
    release();
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining("[FILESYSTEM_FAILED]"),
    ]);
  });

  test("a job file that became read-only is FILESYSTEM_FAILED", async () => {
    const host = makeCliHost();
    const { dataDir } = host;
    expect((await host.run("host", "show")).exitCode).toBe(0);
    await execa("mount", ["--bind", dataDir, dataDir]);
    const { release } = keepMount(dataDir);
    await execa("mount", ["-o", "remount,bind,ro", dataDir]);
    const { exitCode, stderr } = await host.run("host", "show");
    await unmount(dataDir);
    release();
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining("[FILESYSTEM_FAILED]"),
    ]);
  });

  test("a backup that leaves something out is exit code 3", async () => {
    const host = makeCliHost();
    const mounted = join(host.projectDir, "mounted");
    mkdirSync(mounted);
    await execa("mount", ["-t", "tmpfs", "tmpfs", mounted]);
    const { release } = keepMount(mounted);
    const { exitCode, stdout } = await host.run("backup", host.project_id);
    await unmount(mounted);
    release();
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^Backup [0-9a-f]{64} made .*\n {2}warning: /);
    expect(stdout).toContain("project/mounted");
  });
});
