/** Policies, pins, names and forgetting, on the host and over --url. */

import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Backup,
  defaultPolicy,
  type Job,
  type Policy,
  type PolicyInForce,
  type RetentionPreview,
} from "../../conat-api/index.js";
import { buildCli, type CliResult, runCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";
import { serveTestHost, type TestServedHost } from "../support/served-host.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

type JobReply = { job: Job };
type ListReply = { backups: Backup[] };
type ErrorReply = { error: { code: string; message: string } };

beforeAll(buildCli, 120_000);

const firstLine = ({ stdout }: CliResult) => stdout.split("\n")[0];

describe("policy", () => {
  let host: CliHost;
  let id: string;

  beforeAll(() => {
    host = makeCliHost({ schedule: { enabled: true } });
    id = host.project_id;
  });

  async function set(...options: string[]): Promise<Policy> {
    const reply = await host.json<PolicyInForce>(
      "policy",
      "set",
      id,
      ...options,
    );
    expect(reply.exitCode).toBe(0);
    return reply.policy;
  }

  test("get shows the host's default until the project has its own", async () => {
    const reply = await host.json<PolicyInForce>("policy", "get", id);
    const { exitCode, policy, is_default } = reply;
    expect([exitCode, is_default]).toEqual([0, true]);
    expect(policy).toEqual(defaultPolicy);
    const { stdout } = await host.run("policy", "get", id);
    expect(stdout).toMatch(/^policy: +the host's default\nenabled: +on\n/);
    expect(stdout).toMatch(/^keep: +last 3, daily 14, weekly 8,/m);
  });

  test("get shows what the host's own configuration makes of it", async () => {
    const schedule = { type: "cron", expression: "0 3 * * *" };
    const policy = { schedule, keep: { daily: 30 }, excludes: ["*.tmp"] };
    const own = makeCliHost({ schedule: { enabled: true }, policy });
    const reply = await own.json<PolicyInForce>(
      "policy",
      "get",
      own.project_id,
    );
    expect(reply).toMatchObject({
      is_default: true,
      policy: { ...policy, keep: { ...defaultPolicy.keep, daily: 30 } },
    });
    expect(new Date(reply.next_due_at ?? 0).getUTCHours()).toBe(3);
  });

  test("set changes what is named and leaves the rest", async () => {
    const cron = ["--cron", "0 3 * * *", "--time-zone", "Europe/Vienna"];
    const keep = ["--keep-daily", "30", "--keep-manual-last", "5"];
    const globs = ["--exclude", "*.tmp", "--exclude", "/cache/"];
    const changed = await set(...cron, ...keep, ...globs);
    expect(changed).toEqual({
      ...defaultPolicy,
      schedule: {
        type: "cron",
        expression: "0 3 * * *",
        time_zone: "Europe/Vienna",
      },
      keep: { ...defaultPolicy.keep, daily: 30 },
      keep_manual: { last: 5, days: 0 },
      excludes: ["*.tmp", "/cache/"],
    });
    const again = await set("--enabled", "off", "--keep-manual-last", "all");
    expect(again).toEqual({
      ...changed,
      enabled: false,
      keep_manual: { last: null, days: 0 },
    });
    expect(await set("--daily", "--no-excludes")).toEqual({
      ...again,
      schedule: { type: "daily" },
      excludes: [],
    });
  });

  test("status says that backups are off, and when the next one is due", async () => {
    await set("--enabled", "off");
    const off = await host.run("status", id);
    expect(off.stdout).toMatch(/^next due: +never: backups are off$/m);
    await set("--enabled", "on");
    const on = await host.run("status", id);
    expect(on.stdout).not.toContain("backups are off");
  });

  test("--file takes what get --json printed, and a policy alone", async () => {
    const path = join(host.root, "policy.json");
    const before = await host.run("--json", "policy", "get", id);
    writeFileSync(path, before.stdout);
    await set("--keep-last", "1");
    expect(await set("--file", path)).toEqual(
      before.json<PolicyInForce>().policy,
    );
    writeFileSync(path, JSON.stringify({ ...defaultPolicy, enabled: false }));
    expect(await set("--file", path)).toEqual({
      ...defaultPolicy,
      enabled: false,
    });
  });

  test("--default gives up the project's own", async () => {
    await set("--keep-last", "1");
    const args = ["policy", "set", id, "--default"];
    const reply = await host.json<PolicyInForce>(...args);
    expect(reply).toMatchObject({ is_default: true, policy: defaultPolicy });
  });

  test.each<[string, string[], RegExp]>([
    ["nothing", [], /Say what to set/],
    ["two ways at once", ["--default", "--keep-last", "1"], /Say what to set/],
    ["half a number", ["--keep-last", "1.5"], /--keep-last must be/],
    ["too much", ["--keep-last", "99999"], /keep\.last: /],
    ["all of what is counted", ["--keep-last", "all"], /--keep-last must be/],
    ["daily at a time", ["--daily", "--cron", "0 3 * * *"], /--daily has/],
    ["a zone without a time", ["--time-zone", "UTC"], /needs --cron/],
    ["no cron expression", ["--cron", "soon"], /soon|cron|expression/i],
    ["an exclude that includes", ["--exclude", "!a"], /excludes\.0: /],
    ["two minds", ["--exclude", "a", "--no-excludes"], /either --exclude/],
    ["maybe", ["--enabled", "maybe"], /on, off/],
  ])("set refuses %s", async (_what, options, words) => {
    const found = await host.run("policy", "set", id, ...options);
    expect([found.exitCode, found.stdout]).toEqual([2, ""]);
    expect(found.stderr).toMatch(words);
    const { is_default } = await host.json<PolicyInForce>("policy", "get", id);
    expect(is_default).toBe(true);
  });

  test("a policy that keeps nothing is refused", async () => {
    const keep = Object.fromEntries(
      Object.keys(defaultPolicy.keep).map((name) => [name, 0]),
    );
    const path = join(host.root, "nothing.json");
    const manual = { last: 0, days: 0 };
    const nothing = { ...defaultPolicy, keep, keep_manual: manual };
    writeFileSync(path, JSON.stringify(nothing));
    for (const verb of ["set", "preview"]) {
      const args = ["policy", verb, id, "--file", path];
      const reply = await host.json<ErrorReply>(...args);
      expect([reply.exitCode, reply.error.code]).toEqual([
        ...[2, "INVALID_ARGUMENT"],
      ]);
      expect(reply.error.message).toMatch(/keeps nothing/);
    }
  });

  test("a file that is none, no JSON or no policy is named", async () => {
    const path = join(host.root, "odd.json");
    const tries = async (text: string | undefined) => {
      if (text !== undefined) writeFileSync(path, text);
      const found = await host.run("policy", "set", id, "--file", path);
      return [found.exitCode, found.stderr.includes(path)];
    };
    expect(await tries(undefined)).toEqual([4, true]);
    expect(await tries("{")).toEqual([2, true]);
    expect(await tries("{}")).toEqual([2, true]);
  });
});

describeReal("what people make of backups", { needs: ["rustic"] }, () => {
  let host: CliHost;
  let id: string;
  const made: string[] = [];

  beforeAll(async () => {
    host = makeCliHost();
    id = host.project_id;
    for (const text of ["one", "two", "three"]) {
      writeFileSync(join(host.projectDir, "notes.txt"), `${text} ${text}\n`);
      const { job } = await host.json<JobReply>("backup", id);
      made.push(job.backup_id as string);
    }
  }, 60_000);

  const listed = async (...options: string[]) =>
    (await host.json<ListReply>("list", id, ...options)).backups;

  test("pin keeps a backup, --off lets it go, list shows it", async () => {
    const [oldest = ""] = made;
    const pinned = await host.json<{ backup: Backup }>("pin", id, oldest);
    expect(pinned).toMatchObject({ exitCode: 0, backup: { pinned: true } });
    const { stdout } = await host.run("list", id);
    expect(stdout).toMatch(/^TIME .* PIN +NAME +BACKUP$/m);
    expect(stdout).toMatch(new RegExp(` pinned +- +${oldest}$`, "m"));
    const off = await host.run("pin", id, oldest, "--off");
    expect(firstLine(off)).toBe(`Backup ${oldest} is not pinned.`);
    expect((await listed()).some((one) => one.pinned)).toBe(false);
  });

  test("name gives a name and a note, and takes them away", async () => {
    const [, second = ""] = made;
    const named = await host.run(
      ...["name", id, second, "Before\u001b[31m it", "--note", "Ask Ada."],
    );
    expect([named.exitCode, named.stderr]).toEqual([0, ""]);
    expect(named.stdout.trimEnd()).toBe(
      `Backup ${second} is not pinned, called Before\\u001b[31m it.\nAsk Ada.`,
    );
    const { stdout } = await host.run("list", id);
    expect(stdout).toContain("Before\\u001b[31m it");
    await host.run("name", id, second, "Draft");
    const one = (await listed()).find(({ backup_id }) => backup_id === second);
    expect(one).toMatchObject({ name: "Draft", note: "Ask Ada." });
    await host.run("name", id, second, "", "--note", "");
    const bare = (await listed()).find(({ backup_id }) => backup_id === second);
    expect(bare).toMatchObject({ name: null, note: null });
  });

  test("forget takes a backup off the list, unforget takes it back", async () => {
    const [oldest = ""] = made;
    const forgot = await host.run("forget", id, oldest);
    expect(forgot.exitCode).toBe(0);
    expect(forgot.stdout).toMatch(/can be taken back until \d{4}-/);
    const ids = async (...options: string[]) =>
      (await listed(...options)).map(({ backup_id }) => backup_id);
    expect(await ids()).not.toContain(oldest);
    expect(await ids("--forgotten")).toContain(oldest);
    const { stdout } = await host.run("list", id, "--forgotten");
    expect(stdout).toMatch(/ FORGOTTEN +BACKUP$/m);
    expect(stdout).toMatch(
      new RegExp(` \\d\\d:\\d\\d:\\d\\d  ${oldest}$`, "m"),
    );
    const back = await host.run("unforget", id, oldest);
    expect(firstLine(back)).toBe(`Backup ${oldest} is on the list again.`);
    expect(back.stdout).toMatch(
      /^It stays like one that somebody asked for: /m,
    );
    expect(await ids()).toContain(oldest);
  });

  test("a pinned backup is not forgotten", async () => {
    const [, , newest = ""] = made;
    await host.run("pin", id, newest);
    const refused = await host.json<ErrorReply>("forget", id, newest);
    expect(refused).toMatchObject({ exitCode: 6, error: { code: "CONFLICT" } });
    await host.run("pin", id, newest, "--off");
  });

  test("preview says of each backup why it stays or that it goes", async () => {
    const path = join(host.root, "last-one.json");
    const keep = Object.fromEntries(
      Object.keys(defaultPolicy.keep).map((name) => [name, 0]),
    );
    const policy = {
      ...defaultPolicy,
      keep: { ...keep, last: 1 },
      keep_manual: { last: 1, days: 0 },
    };
    writeFileSync(path, JSON.stringify(policy));
    const args = ["policy", "preview", id, "--file", path];
    const { decisions } = await host.json<RetentionPreview>(...args);
    const going = decisions.filter(({ drop }) => drop !== null);
    expect(going.map(({ backup_id }) => backup_id)).toEqual([
      ...[made[1], made[0]],
    ]);
    const { stdout } = await host.run(...args);
    expect(stdout).toMatch(/^TIME +NAME +KEPT +BACKUP$/m);
    expect(stdout).toMatch(new RegExp(`newest.* ${made[2]}$`, "m"));
    expect(stdout).toMatch(new RegExp(`GOES \\(policy\\) +${made[0]}$`, "m"));
    expect(stdout).toMatch(/^1 kept, 2 would go\.$/m);
    // Nothing has happened.
    expect(await listed()).toHaveLength(3);
    const inForce = await host.json<RetentionPreview>("policy", "preview", id);
    expect(inForce.dropped).toBe(0);
  });

  test.each([
    ["an id that no backup has", "0a".repeat(32), 4],
    ["half an id", "0a", 2],
  ])("%s is refused by each of them", async (_what, backup_id, exitCode) => {
    for (const command of [
      ["pin", id, backup_id],
      ["name", id, backup_id, "x"],
      ["forget", id, backup_id],
      ["unforget", id, backup_id],
    ]) {
      const found = await host.run(...command);
      expect([command[0], found.exitCode]).toEqual([command[0], exitCode]);
      expect(found.stderr).toMatch(/^project-backups: .+\[[A-Z_]+\]$/m);
    }
  });
});

describeReal("over --url", { needs: ["rustic"] }, () => {
  let host: TestServedHost;

  beforeAll(async () => {
    host = await serveTestHost();
  });
  afterAll(() => host.close({ drainMs: 0 }));

  async function as(role: "owner" | "collaborator"): Promise<string[]> {
    const { token, client } = await host.signIn({ everywhere: role });
    client.close();
    const file = join(tempDir("token"), randomUUID());
    writeFileSync(file, token);
    return ["--url", host.url, "--token-file", file, "--json"];
  }

  test("an owner does all of it", async () => {
    const owner = await as("owner");
    const id = host.project_id;
    const { job } = (await runCli([...owner, "backup", id])).json<JobReply>();
    const backup = [id, job.backup_id as string];
    for (const command of [
      ["policy", "set", id, "--keep-daily", "2"],
      ["policy", "get", id],
      ["policy", "preview", id],
      ["pin", ...backup],
      ["pin", ...backup, "--off"],
      ["name", ...backup, "Draft"],
      ["forget", ...backup],
      ["unforget", ...backup],
    ]) {
      const { exitCode } = await runCli([...owner, ...command]);
      expect([command, exitCode]).toEqual([command, 0]);
    }
    const listed = await runCli([...owner, "list", id]);
    expect(listed.json<ListReply>().backups[0]?.name).toBe("Draft");
  });

  test("a collaborator reads the policy and is refused the rest", async () => {
    const collaborator = await as("collaborator");
    const id = host.project_id;
    const backup = [id, "0a".repeat(32)];
    for (const [exitCode, command] of [
      [0, ["policy", "get", id]],
      [0, ["policy", "preview", id]],
      [5, ["policy", "set", id, "--keep-daily", "3"]],
      [5, ["pin", ...backup]],
      [5, ["name", ...backup, "Draft"]],
      [5, ["forget", ...backup]],
      [5, ["unforget", ...backup]],
    ] as const) {
      const found = await runCli([...collaborator, ...command]);
      expect([command, found.exitCode]).toEqual([command, exitCode]);
    }
  });
});
