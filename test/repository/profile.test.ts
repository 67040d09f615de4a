import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import {
  removeDeadProfiles,
  withProfile,
} from "../../lib/repository/profile.js";
import { findRustic } from "../../lib/repository/binary.js";
import { parseConfig } from "../../lib/config.js";
import { locate } from "../../lib/repository/location.js";
import type {
  CallOptions,
  RusticCommand,
} from "../../lib/repository/rustic.js";
import { tempDir } from "../support/temp.js";
import { configOf, hostRustic, secretFile } from "./ground.js";

const secret = "the storage's secret";
const password = "the repository's password";

const location = () =>
  locate(
    configOf({
      kind: "s3",
      endpoint: "https://storage.example.org",
      bucket: "backups",
      access_key_id: secretFile("the-id"),
      secret_access_key: secretFile(secret),
    }).repository,
  );

const command: RusticCommand<string> = {
  action: "try it",
  args: ["try", "it"],
  parse: ({ stdout }) => stdout,
};

/** A program in rustic's place. */
function stub(script: string): { binary: string; dataDir: string } {
  const dataDir = tempDir("data");
  const binary = join(dataDir, "stub");
  writeFileSync(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { binary, dataDir };
}

async function call(
  { binary, dataDir }: { binary: string; dataDir: string },
  options: CallOptions = {},
  settings: Partial<Parameters<typeof hostRustic>[0]> = {},
): Promise<string> {
  const rustic = hostRustic({ binary, dataDir, ...settings });
  return rustic.call(location(), { password }, command, options);
}

const left = (dataDir: string) => readdirSync(join(dataDir, "run"));

describe("the profile of a call", () => {
  test("is 0600 in a directory that is 0700, and gone afterwards", async () => {
    const program = stub('stat -c %a "$2" "${2%/*}"; cat "$2"');
    const before = process.umask(0);
    const output = await call(program).finally(() => process.umask(before));
    expect(output.split("\n").slice(0, 2)).toEqual(["600", "700"]);
    expect(output).toContain(secret);
    expect(output).toContain(password);
    expect(left(program.dataDir)).toEqual([]);
  });

  test("is gone when the command fails", async () => {
    const program = stub("exit 1");
    await expect(call(program)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
    });
    expect(left(program.dataDir)).toEqual([]);
  });

  test("is gone when rustic cannot be started", async () => {
    const program = stub("exit 0");
    const missing = { ...program, binary: "/no/such/rustic" };
    await expect(call(missing)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
    });
    expect(left(program.dataDir)).toEqual([]);
  });

  test("is gone when the call is cancelled", async () => {
    const program = stub("sleep 100");
    const controller = new AbortController();
    const calling = call(program, { signal: controller.signal }).catch(
      ({ code }: { code: string }) => code,
    );
    while (!existsSync(join(program.dataDir, "run"))) await sleep(5);
    while (left(program.dataDir).length === 0) await sleep(5);
    controller.abort();
    expect(await calling).toBe("CANCELLED");
    expect(left(program.dataDir)).toEqual([]);
  });
});

test("profiles and logs of dead processes are removed, those of the living stay", async () => {
  const runDir = tempDir("run");
  const dead = await execa("sh", [
    "-c",
    'cut -d" " -f1,22 --output-delimiter=- /proc/$$/stat',
  ]);
  const left = [".toml", ".log"].map((suffix) => `${dead.stdout}-x${suffix}`);
  const files = [...left, "notes.txt", "other.toml"];
  for (const name of files) writeFileSync(join(runDir, name), "");
  const credential = { password };
  const options = { runDir, cacheDir: "/x", location: location(), credential };
  await withProfile(options, async (path) => {
    removeDeadProfiles(runDir);
    expect(readdirSync(runDir).toSorted()).toEqual(
      [basename(path), "notes.txt", "other.toml"].toSorted(),
    );
  });
});

describe("what rustic sees of us", () => {
  const dump = 'tr "\\0" "\\n" </proc/$$/cmdline; echo --; env';

  test("is no secret in its arguments or environment", async () => {
    const output = await call(stub(dump));
    expect(output).toContain("try\nit\n--\n");
    for (const hidden of [secret, password, "the-id"]) {
      expect(output).not.toContain(hidden);
    }
  });

  test("is no variable but those that it needs", async () => {
    const foreign = {
      RUSTIC_PASSWORD: "x",
      RUSTIC_REPOSITORY: "/x",
      RUSTIC_DRY_RUN: "true",
      OPENDAL_ROOT: "/x",
      AWS_ACCESS_KEY_ID: "x",
      PB_TEST_ANYTHING: "x",
    };
    const kept = { ...process.env };
    Object.assign(process.env, foreign);
    try {
      const repository = { kind: "local", path: "/x" };
      const { environment } = parseConfig({ repository });
      const output = await call(stub(dump), {}, { environment });
      const [, after = ""] = output.split("\n--\n");
      const names = [...after.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
      expect(names.toSorted()).toEqual(
        expect.arrayContaining(["NO_COLOR", "PATH", "RUST_BACKTRACE"]),
      );
      const allowed =
        /^(PATH|LANG|PWD|OLDPWD|SHLVL|_|NO_COLOR|RUST_BACKTRACE|RAYON_NUM_THREADS|SSL_CERT_(FILE|DIR)|HTTPS?_PROXY|NO_PROXY)$/;
      expect(names.filter((name) => !allowed.test(name ?? ""))).toEqual([]);
    } finally {
      for (const name of Object.keys(foreign)) {
        if (kept[name] === undefined) delete process.env[name];
      }
    }
  });

  test("is no proxy's password, with a prefix neither", async () => {
    const { PATH = "" } = process.env;
    const environment = {
      PATH,
      HTTPS_PROXY: "http://me:proxy-password@proxy.example:3128",
      HTTP_PROXY: "me:proxy-password@proxy.example",
      NO_PROXY: "localhost",
    };
    for (const privileged of [[], ["env"]]) {
      const program = stub(`${dump}; echo --; cat "$2"`);
      const output = await call(program, {}, { environment, privileged });
      const [line = "", rest = "", profile = ""] = output.split("\n--\n");
      expect(line + rest).not.toContain("proxy-password");
      expect(rest).toContain("NO_PROXY=localhost");
      expect(profile).toContain(`HTTPS_PROXY = "${environment.HTTPS_PROXY}"`);
      expect(profile).toContain(`HTTP_PROXY = "${environment.HTTP_PROXY}"`);
    }
    // What stands before rustic is in the command line of a prefix.
    const lines = join(tempDir("lines"), "lines");
    const prefix = join(tempDir("prefix"), "prefix");
    writeFileSync(prefix, `#!/bin/sh\necho "$*" >'${lines}'\nexec "$@"\n`, {
      mode: 0o755,
    });
    await call(stub("echo"), {}, { environment, privileged: [prefix] });
    expect(readFileSync(lines, "utf8")).toContain("NO_PROXY=localhost");
    expect(readFileSync(lines, "utf8")).not.toContain("proxy-password");
  });

  test("is a working directory without a rustic.toml", async () => {
    const output = await call(stub("pwd; echo; echo"));
    expect(output).toBe("/\n\n\n");
  });
});

describe("a secret that rustic prints", () => {
  test("does not reach the error's details", async () => {
    const words = `error: could not parse "${password}" or "${secret}" (the-id)`;
    const program = stub(`cat >&2 <<'END'\n${words}\nEND\nexit 1`);
    const failure = await call(program).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      details: 'exit 1: error: could not parse "***" or "***" (***)',
    });
  });

  test("does not reach a warning", async () => {
    const words = `[ERROR] failed with ${secret}`;
    const program = stub(`cat >&2 <<'END'\n${words}\nEND\n`);
    const rustic = hostRustic(program);
    const texts = await rustic.call(
      location(),
      { password },
      { ...command, parse: ({ records }) => records.map(({ text }) => text) },
    );
    expect(texts).toEqual(["failed with ***"]);
  });
});

describe("proof of success", () => {
  test("exit 0 after an interruption is none", async () => {
    const program = stub('echo "[INFO] Ctrl-C received, shutting down..." >&2');
    await expect(call(program)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining("without the result that proves it"),
    });
  });

  test("a file of a project that is named like an interruption is not one", async () => {
    const warning =
      "[WARN] ignoring error ./project/Ctrl-C received: IO error for operation on ./project/Ctrl-C received: Permission denied (os error 13)";
    const program = stub(`echo '${warning}' >&2; echo well`);
    await expect(call(program)).resolves.toBe("well\n");
  });

  test("exit 0 after a list that was denied is none", async () => {
    const program = stub(
      `echo "[ERROR] error listing Snapshot: PermissionDenied (persistent) at list" >&2; echo "[]"`,
    );
    await expect(call(program)).rejects.toMatchObject({
      code: "REPOSITORY_REJECTED",
    });
  });
});

describe("the version of rustic", () => {
  const env = { PATH: process.env["PATH"] ?? "" };
  const version = (text: string) => {
    const path = join(tempDir("bin"), "rustic");
    writeFileSync(path, `#!/bin/sh\necho "${text}"\n`, { mode: 0o755 });
    return path;
  };

  test.each([
    "rustic 0.11.4",
    "rustic 0.11.10",
    "rustic 0.12.0",
    "rustic 1.0.0",
  ])("%s is new enough", async (text) => {
    const path = version(text);
    expect(await findRustic([path], env)).toBe(path);
  });

  test.each(["rustic 0.11.3", "rustic 0.9.9", "restic 0.18.0", ""])(
    "%j is not",
    async (text) => {
      await expect(findRustic([version(text)], env)).rejects.toMatchObject({
        code: "COMMAND_MISSING",
      });
    },
  );

  test("an old one before a good one is passed over", async () => {
    const good = version("rustic 0.11.4");
    const old = version("rustic 0.10.0");
    expect(await findRustic(["/no/such", old, good], env)).toBe(good);
  });

  test("the error says what was found instead", async () => {
    const old = version("rustic 0.10.0");
    await expect(findRustic(["/no/such", old], env)).rejects.toMatchObject({
      message: `rustic 0.11.4 or newer is not on this host (${old} is 0.10.0). Install it, or run: npm run setup`,
    });
  });
});

test("the run directory stays 0700 where it was there before", async () => {
  const program = stub("echo");
  mkdirSync(join(program.dataDir, "run"), { mode: 0o700 });
  await call(program);
  expect(statSync(join(program.dataDir, "run")).mode & 0o777).toBe(0o700);
  expect(readFileSync(program.binary, "utf8")).toContain("echo");
});
