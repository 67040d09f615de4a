import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { readIdCommand } from "../../lib/repository/commands/setup.js";
import { type Kit, parseKit, writeKit } from "../../lib/repository/kit.js";
import {
  findRepository,
  openRepository,
  openWithKit,
} from "../../lib/repository/open.js";
import { withFileLock } from "../../lib/store/index.js";
import { removeDeadProfiles } from "../../lib/repository/profile.js";
import { isRunning } from "../support/processes.js";
import { removeTree, tempDir } from "../support/temp.js";
import { describeReal, toolPath } from "../support/tools.js";
import { until } from "../support/until.js";
import { openingOf } from "./ground.js";
import { always, type Answering, listen } from "./http.js";
import type { ChildInput } from "./open-child.js";

const local = (path: string, more: object = {}) => ({
  kind: "local",
  path,
  ...more,
});
const place = () => join(tempDir("storage"), "repository");
const anId = "12".repeat(32);
const root = resolve(__dirname, "../..");

type TestOpening = ReturnType<typeof openingOf>;

const kitOf = ({ paths }: TestOpening): Kit =>
  parseKit(readFileSync(paths.kit, "utf8"));

const templates = new Map<string, Promise<string>>();

/**
 * A host with its repository; those of one `name` are the same repository.
 * It is made once and copied: each password that rustic hashes costs 0.4 s.
 */
async function madeHost(
  name = "one",
): Promise<TestOpening & { repository_id: string; path: string }> {
  const making = templates.get(name) ?? makeTemplate();
  templates.set(name, making);
  const dataDir = tempDir("host");
  cpSync(await making, dataDir, { recursive: true });
  const path = join(dataDir, "repository");
  const opening = openingOf(local(path), { dataDir });
  const { repository_id } = kitOf(opening);
  return { ...opening, path, repository_id: repository_id ?? "" };
}

async function makeTemplate(): Promise<string> {
  const dataDir = tempDir("template");
  const path = join(dataDir, "repository");
  await openRepository(openingOf(local(path), { dataDir }));
  return dataDir;
}

/** Every entry, files with size and time: what a write would change. */
function listing(directory: string): string {
  const directories = ["-type", "d", "-printf", "%P/\\n"];
  const others = ["-printf", "%P %s %T@\\n"];
  const all = [directory, ...directories, "-o", ...others];
  return String(execFileSync("find", all)).split("\n").toSorted().join("\n");
}

/** The id, as the key file and the kit's password each find it. */
async function idsByKeyAndPassword(opening: TestOpening): Promise<string[]> {
  const { rustic, location, paths } = opening;
  const credentials = [{ keyFile: paths.key }, kitOf(opening)];
  return Promise.all(
    credentials.map((one) => rustic.call(location, one, readIdCommand)),
  );
}

describeReal("opening a repository", { needs: ["root", "rustic"] }, () => {
  test("makes it once, with a kit and a key that open it and nobody else reads", async () => {
    const opening = openingOf(local(place()), {});
    const opened = await openRepository(opening);
    const { repository_id, keyFile } = opened;
    expect(await idsByKeyAndPassword(opening)).toEqual([
      repository_id,
      repository_id,
    ]);
    expect(keyFile).toBe(opening.paths.key);
    expect(kitOf(opening)).toMatchObject({ repository_id, kind: "local" });
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect(mode(opening.keysDir)).toBe(0o700);
    expect(mode(opening.paths.key)).toBe(0o600);
    expect(mode(opening.paths.kit)).toBe(0o600);
    const names = readdirSync(opening.keysDir).toSorted();
    expect(names).toEqual(["main.key", "main.kit.json", "main.lock"]);
    const before = listing(opening.keysDir);
    expect(await openRepository(opening)).toEqual(opened);
    expect(listing(opening.keysDir)).toBe(before);
  });

  test("only to read makes none, and finds one that is there", async () => {
    const path = place();
    const opening = openingOf(local(path), {});
    expect(await findRepository(opening)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(opening.keysDir)).toEqual(["main.lock"]);
    const made = await openRepository(opening);
    expect(await findRepository(opening)).toEqual(made);
    rmSync(opening.paths.key);
    expect(await findRepository(opening)).toEqual(made);
  });

  test("only to read says that one is missing which should be there", async () => {
    const never = openingOf(local(place(), { init: false }), {});
    const code = "REPOSITORY_MISSING";
    await expect(findRepository(never)).rejects.toMatchObject({ code });
    const gone = await madeHost();
    removeTree(gone.path);
    rmSync(gone.paths.key);
    await expect(findRepository(gone)).rejects.toMatchObject({ code });
  });

  test("waits for another process no longer than until the host closes", async () => {
    const opening = openingOf(local(place()), {});
    const controller = new AbortController();
    const { signal: closing } = controller;
    await withFileLock(opening.paths.lock, async () => {
      const waiting = openRepository({ ...opening, closing });
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    });
  });

  test("never makes one over a repository of another password", async () => {
    const { path } = await madeHost();
    const before = listing(path);
    const other = openingOf(local(path), {});
    await expect(openRepository(other)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
      message: expect.stringContaining("does not open with this host's"),
    });
    expect(listing(path)).toBe(before);
    expect(readdirSync(other.keysDir)).toEqual(["main.lock"]);
  });

  test("makes none where the configuration says so", async () => {
    const path = place();
    const opening = openingOf(local(path, { init: false }), {});
    await expect(openRepository(opening)).rejects.toMatchObject({
      code: "REPOSITORY_MISSING",
    });
    expect(existsSync(path)).toBe(false);
    expect(existsSync(opening.paths.kit)).toBe(false);
  });

  test("makes none where it cannot see whether there is one", async () => {
    const path = place();
    mkdirSync(path);
    symlinkSync("config", join(path, "config"));
    const before = listing(path);
    const opening = openingOf(local(path), {});
    await expect(openRepository(opening)).rejects.toMatchObject({
      code: "FILESYSTEM_FAILED",
      message: expect.stringContaining("cannot be read (ELOOP)"),
    });
    expect(listing(path)).toBe(before);
  });

  test.each([
    ["its key", "key"],
    ["its kit", "kit"],
  ] as const)(
    "makes none in an empty place when it lost %s and knows of one",
    async (_, lost) => {
      const opening = await madeHost();
      removeTree(opening.path);
      mkdirSync(opening.path);
      rmSync(opening.paths[lost]);
      await expect(openRepository(opening)).rejects.toMatchObject({
        code: "REPOSITORY_MISSING",
      });
      expect(readdirSync(opening.path)).toEqual([]);
      const kept = lost === "kit" ? ["main.key"] : ["main.kit.json"];
      expect(readdirSync(opening.keysDir)).toEqual([...kept, "main.lock"]);
    },
  );
});

describeReal("a host that lost something", { needs: ["rustic"] }, () => {
  test.each([
    ["its key", (key: string) => rmSync(key)],
    ["the content of its key", (key: string) => writeFileSync(key, "")],
    ["half of its key", (key: string) => writeFileSync(key, '{"mac":{"k":')],
  ])("takes the key out again when it lost %s", async (_, lose) => {
    const opening = await madeHost();
    const { repository_id } = opening;
    const key = readFileSync(opening.paths.key, "utf8");
    lose(opening.paths.key);
    const keyFile = opening.paths.key;
    expect(await openRepository(opening)).toEqual({ repository_id, keyFile });
    expect(readFileSync(keyFile, "utf8")).toBe(key);
  });

  test("makes a new kit with a new password when it lost the kit", async () => {
    const opening = await madeHost();
    const { repository_id } = opening;
    const { password } = kitOf(opening);
    rmSync(opening.paths.kit);
    const opened = await openRepository(opening);
    expect(opened).toMatchObject({ repository_id });
    expect(kitOf(opening).repository_id).toBe(repository_id);
    expect(kitOf(opening).password).not.toBe(password);
    expect(statSync(opening.paths.kit).mode & 0o777).toBe(0o600);
    expect(await idsByKeyAndPassword(opening)).toEqual([
      repository_id,
      repository_id,
    ]);
    const names = readdirSync(opening.keysDir).toSorted();
    expect(names).toEqual(["main.key", "main.kit.json", "main.lock"]);
  });

  test("refuses a repository that its kit does not name", async () => {
    const opening = await madeHost();
    rmSync(opening.paths.key);
    writeKit(opening.paths.kit, { ...kitOf(opening), repository_id: anId });
    await expect(openRepository(opening)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
    });
    expect(existsSync(opening.paths.key)).toBe(false);
  });
});

describeReal("a set-up that was cut off", { needs: ["rustic"] }, () => {
  test("between the kit and init begins again", async () => {
    const kit = { ...kitOf(await madeHost()), repository_id: null };
    const second = openingOf(local(place()), {});
    writeKit(second.paths.kit, kit);
    const { repository_id } = await openRepository(second);
    expect(kitOf(second).repository_id).toBe(repository_id);
    expect(await idsByKeyAndPassword(second)).toEqual([
      repository_id,
      repository_id,
    ]);
  });

  test("between init and the key goes on with what it made", async () => {
    const opening = await madeHost();
    const { repository_id } = opening;
    rmSync(opening.paths.key);
    writeKit(opening.paths.kit, { ...kitOf(opening), repository_id: null });
    writeFileSync(`${opening.paths.key}.new`, '{"mac":', { mode: 0o644 });
    writeFileSync(`${opening.paths.kit}.new`, "{", { mode: 0o644 });
    const opened = await openRepository(opening);
    expect(opened).toMatchObject({ repository_id });
    expect(kitOf(opening).repository_id).toBe(repository_id);
    for (const path of [opening.paths.key, opening.paths.kit]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(existsSync(`${path}.new`)).toBe(false);
    }
  });

  test("inside init is not opened by the key that fits nothing", async () => {
    const opening = await madeHost();
    // rustic writes a key first and the configuration last.
    rmSync(join(opening.path, "config"));
    rmSync(opening.paths.key);
    writeKit(opening.paths.kit, { ...kitOf(opening), repository_id: null });
    const { repository_id } = await openRepository(opening);
    expect(await idsByKeyAndPassword(opening)).toEqual([
      repository_id,
      repository_id,
    ]);
  });
});

describeReal("processes of one host", { needs: ["rustic"] }, () => {
  let program: string;
  beforeAll(() => {
    program = join(tempDir("child"), "child.cjs");
    // A process of its own: esbuild's library keeps one running.
    execFileSync(resolve(root, "node_modules/.bin/esbuild"), [
      join(__dirname, "open-child.ts"),
      `--outfile=${program}`,
      "--bundle",
      "--platform=node",
      "--external:better-sqlite3",
      "--log-level=error",
    ]);
  });

  const start = (input: ChildInput) =>
    execa(process.execPath, [program, JSON.stringify(input)], {
      env: { NODE_PATH: resolve(root, "node_modules") },
      reject: false,
    });

  const inputOf = (binary = toolPath("rustic")) => {
    const dataDir = tempDir("host");
    const repository = local(place());
    const keysDir = join(dataDir, "keys");
    return { repository, dataDir, keysDir, binary };
  };

  /** rustic that does something else around its nth call. */
  function wrapper(script: string): string {
    const dir = tempDir("wrapper");
    const path = join(dir, "rustic");
    const lines = [
      "#!/bin/sh",
      `calls='${dir}/calls'; rustic='${toolPath("rustic")}'`,
      'echo >>"$calls"; nth=$(wc -l <"$calls")',
      script,
    ];
    writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o755 });
    return path;
  }

  test("that start at once make one repository with one key", async () => {
    const input = inputOf();
    const children = await Promise.all([1, 2, 3].map(() => start(input)));
    const { stdout } = children[0] ?? {};
    for (const child of children) {
      expect(child).toMatchObject({ exitCode: 0, stdout });
    }
    const keys = join(input.repository.path, "keys");
    expect(readdirSync(keys)).toHaveLength(1);
    const opening = openingOf(input.repository, input);
    const { repository_id } = JSON.parse(String(stdout));
    expect(await idsByKeyAndPassword(opening)).toEqual([
      repository_id,
      repository_id,
    ]);
  });

  const real = '"$rustic" "$@"; code=$?; ';
  // Calls: 1 is there one, 2 init, 3 read its id, 4 export its key.
  test.each([
    ["before init", '[ $nth = 2 ] && kill -9 $PPID; exec "$rustic" "$@"'],
    ["after init", `${real}[ $nth = 2 ] && kill -9 $PPID; exit $code`],
    ["after the export", `${real}[ $nth = 4 ] && kill -9 $PPID; exit $code`],
  ])("that die %s leave what the next one completes", async (when, script) => {
    const input = inputOf(wrapper(script));
    const first = await start(input);
    expect(first.signal).toBe("SIGKILL");
    expect(existsSync(join(input.keysDir, "main.key"))).toBe(false);
    const opening = openingOf(input.repository, input);
    const made = existsSync(join(input.repository.path, "config"));
    expect(made).toBe(when !== "before init");
    const plain = openingOf(input.repository, { dataDir: input.dataDir });
    const { repository_id } = await openRepository(plain);
    expect(await idsByKeyAndPassword(plain)).toEqual([
      repository_id,
      repository_id,
    ]);
    expect(readdirSync(opening.keysDir).toSorted()).toEqual([
      "main.key",
      "main.kit.json",
      "main.lock",
    ]);
    const runDir = join(input.dataDir, "run");
    removeDeadProfiles(runDir);
    expect(readdirSync(runDir)).toEqual([]);
  });

  test("that is killed takes its rustic with it", async () => {
    const pidFile = join(tempDir("pid"), "pid");
    const wait = `[ $nth = 2 ] && { echo $$ >'${pidFile}'; exec sleep 100; }; `;
    const input = inputOf(wrapper(`${wait}exec "$rustic" "$@"`));
    const child = start(input);
    await until(() => existsSync(pidFile) && readPid(pidFile) > 0);
    expect(isRunning(readPid(pidFile))).toBe(true);
    child.kill("SIGKILL");
    await child;
    const killed = performance.now();
    await until(() => !isRunning(readPid(pidFile)));
    expect(performance.now() - killed).toBeLessThan(1000);
  });

  const readPid = (path: string) => Number(readFileSync(path, "utf8"));

  test("with a wide umask export a key that nobody else can read", async () => {
    const modes = join(tempDir("modes"), "modes");
    const input = inputOf(
      wrapper(
        `umask >>'${modes}'; ${real}[ $nth = 4 ] && stat -c %a "$5" >>'${modes}'; exit $code`,
      ),
    );
    await start(input);
    const lines = readFileSync(modes, "utf8").trim().split("\n");
    // The repository's files are made under the umask of the host.
    expect(lines).toEqual(["0000", "0000", "0000", "0077", "600"]);
  });
});

describeReal("a REST server", { needs: ["rustic"] }, () => {
  let server: Answering;
  afterEach(() => server.stop());

  const statuses: [number, string, string][] = [
    [401, "REPOSITORY_REJECTED", "refused this host's credentials"],
    [403, "REPOSITORY_REJECTED", "refused this host's credentials"],
    [301, "REPOSITORY_UNREACHABLE", "answered with status 301"],
    [500, "REPOSITORY_UNREACHABLE", "answered with status 500"],
    [502, "REPOSITORY_UNREACHABLE", "answered with status 502"],
    [507, "REPOSITORY_UNREACHABLE", "answered with status 507"],
  ];

  test.each(statuses)(
    "that answers %d is never written to",
    async (status, code, message) => {
      server = await listen(always(status));
      const opening = openingOf({ kind: "rest", url: server.url }, {});
      await expect(openRepository(opening)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
      const asked = new Set(server.requests.map((line) => line.split(" ")[0]));
      expect([...asked]).toEqual(["HEAD"]);
      expect(existsSync(opening.paths.kit)).toBe(false);
    },
  );

  test("that has a bad moment is never written to", async () => {
    let asked = 0;
    server = await listen((incoming, response) => {
      incoming.resume();
      asked += 1;
      response.writeHead(asked === 1 ? 502 : 200).end();
    });
    const opening = openingOf({ kind: "rest", url: server.url }, {});
    await expect(openRepository(opening)).rejects.toMatchObject({
      code: "REPOSITORY_UNREACHABLE",
      message: expect.stringContaining("a moment ago"),
    });
    expect(server.requests).toEqual(["HEAD /config", "HEAD /config"]);
  });

  test("that answers 404 has no repository: one is made", async () => {
    server = await listen(always(404));
    const opening = openingOf({ kind: "rest", url: server.url }, {});
    await expect(openRepository(opening)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
      message: expect.stringContaining(
        "make the repository: the repository's server refused",
      ),
    });
    const writes = server.requests.filter((line) => !/^(HEAD|GET)/.test(line));
    expect(writes[0]).toMatch(/^POST \/.*create=true/);
    expect(kitOf(opening).repository_id).toBeNull();
  });

  test("that says no in the middle of a job is not taken for a missing repository", async () => {
    server = await listen(always(403));
    const opening = openingOf({ kind: "rest", url: server.url }, {});
    const { rustic, location } = opening;
    await expect(
      rustic.call(location, { password: "x" }, readIdCommand),
    ).rejects.toMatchObject({ code: "REPOSITORY_REJECTED" });
  });
});

describeReal("a recovery kit", { needs: ["rustic"] }, () => {
  test("of another host lets this one in", async () => {
    const first = await madeHost();
    const second = openingOf(local(first.path), {});
    const { repository_id, keyFile } = await openWithKit(second, kitOf(first));
    expect(repository_id).toBe(first.repository_id);
    expect(readFileSync(keyFile, "utf8")).toBe(
      readFileSync(first.paths.key, "utf8"),
    );
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(kitOf(second)).toEqual(kitOf(first));
  });

  test("of another repository is refused, and nothing is kept of it", async () => {
    const { path } = await madeHost();
    const opening = openingOf(local(path), {});
    const kit = kitOf(await madeHost("another"));
    await expect(openWithKit(opening, kit)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
    });
    expect(readdirSync(opening.keysDir)).toEqual(["main.lock"]);
  });

  test("with the right password and another id is refused", async () => {
    const first = await madeHost();
    const kit = { ...kitOf(first), repository_id: anId };
    const opening = openingOf(local(first.path), {});
    await expect(openWithKit(opening, kit)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
      message: expect.stringContaining("The kit is of another repository"),
    });
    expect(readdirSync(opening.keysDir)).toEqual(["main.lock"]);
  });

  test("is not imported over the only kit of another repository", async () => {
    const mine = await madeHost();
    const theirs = await madeHost("another");
    renameSync(mine.path, `${mine.path}-elsewhere`);
    renameSync(theirs.path, mine.path);
    const contents = () =>
      [mine.paths.key, mine.paths.kit].map((path) =>
        readFileSync(path, "utf8"),
      );
    const before = contents();
    await expect(openWithKit(mine, kitOf(theirs))).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(contents()).toEqual(before);
  });

  test("is not imported where there is no repository", async () => {
    const kit = kitOf(await madeHost());
    const opening = openingOf(local(place()), {});
    await expect(openWithKit(opening, kit)).rejects.toMatchObject({
      code: "REPOSITORY_MISSING",
    });
  });

  test.each(["", "{}", "null", '{"kit_version":2}', "not JSON"])(
    "is not %j",
    (text) => {
      expect(() => parseKit(text)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    },
  );
});
