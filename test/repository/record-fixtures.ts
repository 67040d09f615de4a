/**
 * Records test/repository/fixtures anew, with the real rustic and servers:
 *
 *     npx jest --runInBand --testMatch '<rootDir>/test/repository/record-fixtures.ts'
 *
 * Read the differences before you keep them: failure.ts and log.ts are
 * written after these texts.
 */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import { checkAllCommand } from "../../lib/repository/commands/check.js";
import { forgetCommand } from "../../lib/repository/commands/forget.js";
import { pruneCommand } from "../../lib/repository/commands/prune.js";
import {
  checkCommand,
  isWholeCommand,
} from "../../lib/repository/commands/prove.js";
import { restoreCommand } from "../../lib/repository/commands/restore.js";
import {
  exportKeyCommand,
  initCommand,
  readIdCommand,
} from "../../lib/repository/commands/setup.js";
import {
  listIdsCommand,
  readBackupsCommand,
} from "../../lib/repository/commands/snapshots.js";
import { type Location, locate } from "../../lib/repository/location.js";
import type { Credential } from "../../lib/repository/profile.js";
import type { RusticCommand } from "../../lib/repository/rustic.js";
import { execa } from "execa";
import { halve, loseReply, startFaultProxy } from "../support/fault-proxy.js";
import { startGcs } from "../support/servers/gcs.js";
import { startRest } from "../support/servers/rest.js";
import { startS3 } from "../support/servers/s3.js";
import { mountSmall } from "../support/small-filesystem.js";
import { tempDir } from "../support/temp.js";
import { always, type Answering, type Fault, listen, proxyTo } from "./http.js";
import {
  configOf,
  gcsConfig,
  hostRustic,
  job_id,
  localLocation,
  project_id,
  restConfig,
  s3Config,
  stageWith,
} from "./ground.js";
import { password, record } from "./recorder.js";

jest.setTimeout(180_000);

const rustic = () => hostRustic();
const unknownId = "ab".repeat(32);

const backup = (directory: string, source = ["."]) =>
  backupCommand({
    directory,
    source,
    project_id,
    job_id,
    onBytes: () => {},
  });

const restore = (backup_id: string, directory: string) =>
  restoreCommand({ backup_id, directory, onBytes: () => {} });

const smallStage = () => stageWith({ "notes.txt": "some notes\n" });
const largeStage = () => stageWith({ large: randomBytes(6 * 1024 ** 2) });

async function made(path = tempDir("repository")): Promise<Location> {
  const location = localLocation(path);
  await rustic().call(location, password, initCommand);
  return location;
}

async function madeWithBackup(): Promise<{
  location: Location;
  path: string;
  backup_id: string;
}> {
  const path = tempDir("repository");
  const location = await made(path);
  const stage = largeStage();
  const { backup_id } = await rustic().call(location, password, backup(stage));
  return { location, path, backup_id };
}

/** The one pack that holds the content of the large file. */
function largestPack(repository: string): string {
  const data = join(repository, "data");
  const packs = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  packs.sort((a, b) => statSync(b).size - statSync(a).size);
  return packs[0] ?? "";
}

describe("keys", () => {
  test("wrong-password", async () => {
    const location = await made();
    const credential = { password: "another" };
    await record("wrong-password", {
      location,
      credential,
      command: readIdCommand,
    });
  });

  test("keys that do not fit", async () => {
    const location = await made();
    const other = await made();
    const keyFile = join(tempDir("keys"), "main.key");
    await rustic().call(other, password, exportKeyCommand(keyFile));
    const credential = { keyFile };
    const command = readIdCommand;
    await record("key-of-another", { location, credential, command });
    truncateSync(keyFile, 40);
    await record("key-cut-short", { location, credential, command });
    truncateSync(keyFile, 0);
    await record("key-empty", { location, credential, command });
    rmSync(keyFile);
    await record("key-file-missing", { location, credential, command });
  });
});

describe("a local repository", () => {
  test("missing", async () => {
    const location = localLocation(join(tempDir("empty"), "repository"));
    await record("local-missing", { location, command: readIdCommand });
    const command = backup(smallStage());
    await record("local-missing-backup", { location, command });
  });

  test("init over one that is there", async () => {
    const location = await made();
    await record("local-exists", { location, command: initCommand });
  });

  test("full", async () => {
    const small = await mountSmall({ sizeBytes: 2 * 1024 ** 2 });
    const location = await made(small.path);
    await record("local-full", { location, command: backup(largeStage()) });
    await small.unmount();
  });

  test("read-only", async () => {
    const small = await mountSmall({ sizeBytes: 2 * 1024 ** 2 });
    const location = await made(small.path);
    await execa("mount", ["-o", "remount,ro", small.path]);
    await record("local-read-only", {
      location,
      command: backup(smallStage()),
    });
    const elsewhere = localLocation(join(small.path, "other"));
    await record("local-init-read-only", {
      location: elsewhere,
      command: initCommand,
    });
    await small.unmount();
  });

  test("not writable, not readable", async () => {
    const path = tempDir("repository");
    const location = await made(path);
    await record("local-not-writable", {
      location,
      command: backup(smallStage()),
      asNobody: true,
    });
    chmodSync(join(path, "snapshots"), 0o700);
    await record("local-list-denied", {
      location,
      command: listIdsCommand,
      asNobody: true,
    });
    chmodSync(path, 0o700);
    await record("local-not-readable", {
      location,
      command: readIdCommand,
      asNobody: true,
    });
  });

  test("unknown backup", async () => {
    const location = await made();
    const target = tempDir("target");
    const command = restore(unknownId, target);
    await record("unknown-backup-restore", { location, command });
    const read = readBackupsCommand([unknownId]);
    await record("unknown-backup-read", { location, command: read });
  });

  test("interrupted", async () => {
    const location = await made();
    const big = stageWith({ big: "" });
    truncateSync(join(big, "project/big"), 4 * 1024 ** 3);
    await record("interrupted", {
      location,
      command: backup(big),
      onStart: (pgid) => setTimeout(() => process.kill(-pgid, "SIGTERM"), 2000),
    });
  });
});

describe("damage", () => {
  test("of packs", async () => {
    const { location, path, backup_id } = await madeWithBackup();
    const pack = largestPack(path);
    const whole = readFileSync(pack);
    const tryRestore = (name: string) =>
      record(name, {
        location,
        command: restore(backup_id, tempDir("target")),
      });
    truncateSync(pack, 4096);
    await tryRestore("pack-cut-short");
    const flipped = Buffer.from(whole);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    writeFileSync(pack, flipped);
    await tryRestore("pack-bit-flip");
    rmSync(pack);
    await tryRestore("pack-missing");
    rmSync(join(path, "index"), { recursive: true });
    mkdirSync(join(path, "index"));
    await tryRestore("index-missing");
  });

  test("of a pack, where a prune comes to it", async () => {
    const { location, path } = await madeWithBackup();
    const command = pruneCommand({ keepDeleteSeconds: 60 });
    const pack = largestPack(path);
    truncateSync(pack, 4096);
    await record("prune-pack-short", { location, command });
    rmSync(pack);
    await record("prune-pack-missing", { location, command });
  });

  test("of a snapshot", async () => {
    const { location, path, backup_id } = await madeWithBackup();
    const file = join(path, "snapshots", backup_id);
    const found = readdirSync(join(path, "snapshots"), { recursive: true });
    const snapshot = found.find((name) => String(name).endsWith(backup_id));
    truncateSync(
      snapshot ? join(path, "snapshots", String(snapshot)) : file,
      9,
    );
    const command = restore(backup_id, tempDir("target"));
    await record("snapshot-cut-short", { location, command });
  });
});

describe("a proof", () => {
  test("of a backup whose files are gone", async () => {
    const { location, path, backup_id } = await madeWithBackup();
    const look = async (name: string) => {
      const check = checkCommand(backup_id);
      // There is no cache of a local repository to trust.
      const args = check.args.filter((arg) => arg !== "--trust-cache");
      await record(`check-${name}`, { location, command: { ...check, args } });
      const whole = isWholeCommand(backup_id);
      await record(`whole-${name}`, { location, command: whole });
    };
    await look("ok");
    rmSync(largestPack(path));
    await look("pack-missing");
    rmSync(join(path, "index"), { recursive: true });
    mkdirSync(join(path, "index"));
    await look("index-missing");
  });
});

describe("a race with prune", () => {
  const prune = pruneCommand({ keepDeleteSeconds: 60 });
  const checkAll = checkAllCommand({});

  test("of a backup, a restore, a check and of prune itself", async () => {
    const { location, backup_id } = await madeWithBackup();
    await whileOthers(location, async (credential) => {
      await until(
        { location, credential },
        {
          "race-backup-index": [/\/index\//, () => backup(smallStage())],
          "race-restore-index": [
            /\/index\//,
            () => restore(backup_id, tempDir("target")),
          ],
          "race-check-snapshot": [/\/snapshots\//, () => checkAll],
          "race-prune-snapshot": [/^exit[\s\S]*\/snapshots\//, () => prune],
          "race-prune-tree": [/^exit[\s\S]*Tree ID/, () => prune],
        },
      );
    });
  });

  test("of a prune that aborts: one in 30 of those that lose", async () => {
    const { location } = await madeWithBackup();
    await whileOthers(location, (credential) =>
      until(
        { location, credential },
        { "race-prune-abort": [/^signal[\s\S]*Tree ID/, () => prune] },
      ),
    );
  }, 1_800_000);

  test("that is none: a prune dies of the first tree of many", async () => {
    const { location, path } = await madeWithBackup();
    for (let made = 0; made < 8; made++) {
      const stage = stageWith({ "notes.txt": `${made}` });
      await rustic().call(location, password, backup(stage));
    }
    rmSync(join(path, "index"), { recursive: true });
    mkdirSync(join(path, "index"));
    await until(
      { location, credential: password },
      {
        "prune-tree-unsaid": [
          /^signal 6(?![\s\S]*Tree ID)[\s\S]*SendError/,
          () => prune,
        ],
      },
    );
  });

  /** The text is the last run's. */
  const repeatable = () => Promise.resolve(false);

  /** Runs each until its text is as it should be. */
  async function until(
    place: { location: Location; credential: Credential },
    wanted: Record<string, [RegExp, () => RusticCommand<unknown>]>,
  ): Promise<void> {
    for (const [name, [pattern, command]] of Object.entries(wanted)) {
      let text = "";
      while (!pattern.test(text)) {
        const once = { ...command(), repeatable };
        await record(name, { ...place, command: once });
        text = readFileSync(join(__dirname, "fixtures", `${name}.txt`), "utf8");
      }
    }
  }

  /** Backups come and go, and a prune follows the other. */
  async function whileOthers(
    location: Location,
    action: (credential: Credential) => Promise<void>,
  ): Promise<void> {
    const keyFile = join(tempDir("keys"), "main.key");
    await rustic().call(location, password, exportKeyCommand(keyFile));
    const call = <T>(command: RusticCommand<T>) =>
      rustic().call(location, { keyFile }, command);
    const ending = new AbortController();
    const always = async (one: () => Promise<unknown>) => {
      while (!ending.signal.aborted) await one().catch(() => {});
    };
    const comeAndGo = async () => {
      const stage = stageWith({ content: randomBytes(20_000) });
      const { backup_id } = await call(backup(stage));
      await call(forgetCommand([backup_id]));
    };
    const others = [always(comeAndGo), always(() => call(prune))];
    try {
      await action({ keyFile });
    } finally {
      ending.abort();
      await Promise.all(others);
    }
  }
});

describe("the target of a restore", () => {
  test("full", async () => {
    const { location, backup_id } = await madeWithBackup();
    const small = await mountSmall({ sizeBytes: 1024 ** 2 });
    const command = restore(backup_id, small.path);
    await record("target-full", { location, command });
    await small.unmount();
  });

  test("not writable", async () => {
    const { location, backup_id } = await madeWithBackup();
    const command = restore(backup_id, tempDir("target"));
    await record("target-not-writable", { location, command, asNobody: true });
  });

  test("metadata that cannot be set", async () => {
    const location = await made();
    const stage = smallStage();
    const project = join(stage, "project");
    writeFileSync(join(project, "line\nbreak: odd"), "x");
    for (const name of [".", ...readdirSync(project)]) {
      chownSync(join(project, name), 4000, 4001);
    }
    execFileSync("setfattr", [
      "-n",
      "trusted.k",
      "-v",
      "1",
      join(project, "notes.txt"),
    ]);
    execFileSync("mknod", [join(project, "null"), "c", "1", "3"]);
    const run = rustic().call(location, password, backup(stage));
    const { backup_id } = await run;
    const target = tempDir("target");
    chmodSync(target, 0o777);
    const command = restore(backup_id, target);
    await record("restore-unset", { location, command, asNobody: true });
  });
});

describe("the source of a backup", () => {
  test("not readable", async () => {
    const path = tempDir("repository");
    const location = await made(path);
    execFileSync("chmod", ["-R", "a+rwX", path]);
    const stage = stageWith({
      open: "open",
      closed: "closed",
      "closed: odd\nsecond line": "closed",
      "[WARN] ignoring error": "closed",
    });
    const project = join(stage, "project");
    mkdirSync(join(project, "dir"));
    mkdirSync(join(project, "dir with\nbreak"));
    mkdirSync(join(project, "listed only"));
    writeFileSync(join(project, "listed only", "inner"), "");
    for (const name of readdirSync(project)) {
      if (name !== "open") chmodSync(join(project, name), 0);
    }
    chmodSync(join(project, "listed only"), 0o744);
    const command = backup(stage);
    await record("unreadable", { location, command, asNobody: true });
    const whole = [project, "--as-path", "/project"];
    await record("unreadable-absolute", {
      location,
      command: backup(stage, whole),
      asNobody: true,
    });
  });

  test("vanishing", async () => {
    const location = await made();
    const names = ["b", "c: odd\nline"];
    const stage = stageWith({ [names[0] ?? ""]: "x", [names[1] ?? ""]: "x" });
    const project = join(stage, "project");
    // rustic reads some files ahead of the one that it reports.
    for (let i = 0; i < 10; i++) {
      const big = join(project, `a${i}`);
      writeFileSync(big, "");
      truncateSync(big, 200 * 1024 ** 2);
    }
    const vanish = () => {
      for (const name of names) rmSync(join(project, name), { force: true });
    };
    const input = { directory: stage, source: ["."], project_id, job_id };
    const command = backupCommand({
      ...input,
      onBytes: ({ done }) => done > 0 && vanish(),
    });
    await record("vanished", { location, command });
  });

  test("missing", async () => {
    const location = await made();
    const command = backup(tempDir("stage"), ["gone"]);
    await record("source-missing", { location, command });
  });
});

describe("REST", () => {
  const at = (
    url: string,
    options: Record<string, string> = { retry: "off" },
  ) => {
    const location = locate(configOf({ kind: "rest", url }).repository);
    return { ...location, options };
  };

  test("refused connection", async () => {
    const gone = await listen(always(200));
    await gone.stop();
    const location = at(gone.url);
    await record("rest-refused", { location, command: listIdsCommand });
    await record("rest-refused-backup", {
      location: at(gone.url, { retry: "1" }),
      command: backup(smallStage()),
    });
  });

  test("name that does not resolve", async () => {
    const location = at("http://no-such-host.invalid/");
    await record("rest-no-such-host", { location, command: listIdsCommand });
  });

  test("hangs", async () => {
    const hanging = await listen(() => {});
    const location = at(hanging.url, { retry: "off", timeout: "1s" });
    await record("rest-timeout", { location, command: listIdsCommand });
    await hanging.stop();
  });

  // The text is the same for 401, 403, 404 and every 5xx.
  test("refuses everything", async () => {
    const server = await listen(always(403));
    const location = at(server.url);
    await record("rest-config-refused", { location, command: listIdsCommand });
    await server.stop();
  });

  test.each([401, 403, 404, 413, 429, 500, 503, 507])(
    "%s on POST data",
    async (status) => {
      await throughProxy(
        ({ method, url = "" }) =>
          method === "POST" && /\/data\//.test(url) ? { status } : undefined,
        async (location) => {
          const command = backup(smallStage());
          await record(`rest-post-${status}`, { location, command });
        },
      );
    },
  );

  test("refuses the snapshot", async () => {
    await throughProxy(
      ({ method, url = "" }) =>
        method === "POST" && /\/snapshots\//.test(url)
          ? { status: 404 }
          : undefined,
      async (location) => {
        const command = backup(smallStage());
        await record("rest-post-snapshot-404", { location, command });
      },
    );
  });

  test("fails once and goes on", async () => {
    let failed = false;
    await throughProxy(
      ({ method, url = "" }) => {
        if (method !== "POST" || !/\/data\//.test(url) || failed) return;
        failed = true;
        return { status: 500 };
      },
      async (location) => {
        const command = backup(smallStage());
        const retrying = { ...location, options: {} };
        await record("rest-500-once", { location: retrying, command });
      },
    );
  });

  test("unknown backup, pack that is gone", async () => {
    await throughProxy(
      ({ method, url = "" }) =>
        method === "GET" && /\/data\/./.test(url) ? { status: 404 } : undefined,
      async (location) => {
        const run = rustic().call(location, password, backup(smallStage()));
        const { backup_id } = await run;
        const gone = restore(unknownId, tempDir("target"));
        await record("rest-unknown-backup", { location, command: gone });
        const command = restore(backup_id, tempDir("target"));
        await record("rest-pack-missing", { location, command });
      },
    );
  });

  test("packs that a restore cannot read", async () => {
    let fault: Fault = { status: 404 };
    await throughProxy(
      // Trees are read whole, content in parts.
      ({ headers }) => (headers.range ? fault : undefined),
      async (location) => {
        const run = rustic().call(location, password, backup(smallStage()));
        const { backup_id } = await run;
        const tryRestore = (name: string) =>
          record(name, {
            location,
            command: restore(backup_id, tempDir("target")),
          });
        await tryRestore("rest-restore-404");
        fault = { status: 401 };
        await tryRestore("rest-restore-401");
        fault = { status: 206, body: "short" };
        await tryRestore("rest-restore-short");
      },
    );
  });

  test("packs that were cut short on their way", async () => {
    const server = await startRest();
    const proxy = await startFaultProxy(server.url);
    const access = { ...server, url: proxy.url };
    const location = locate(configOf(restConfig(access)).repository);
    await rustic().call(location, password, initCommand);
    proxy.arm([{ on: "POST data", fault: halve }]);
    const run = rustic().call(location, password, backup(smallStage()));
    const command = isWholeCommand((await run).backup_id);
    await record("whole-rest-pack-short", { location, command });
    await proxy.stop();
    await server.stop();
  });

  test("a reply that is lost, where nothing can be overwritten", async () => {
    const server = await startRest({ appendOnly: true });
    const proxy = await startFaultProxy(server.url);
    const access = { ...server, url: proxy.url };
    const location = locate(configOf(restConfig(access)).repository);
    await rustic().call(location, password, initCommand);
    proxy.arm([{ on: "POST data", times: 1, fault: loseReply }]);
    const command = backup(smallStage());
    await record("rest-lost-reply", { location, command });
    await proxy.stop();
    await server.stop();
  });

  test("an index file that goes before it is read", async () => {
    let gone = false;
    const fault = ({ method, url = "" }: IncomingMessage) =>
      gone && method === "GET" && /\/index\/./.test(url)
        ? { status: 404 }
        : undefined;
    await throughProxy(fault, async (location) => {
      await rustic().call(location, password, backup(smallStage()));
      gone = true;
      const command = backup(smallStage());
      await record("race-rest-index", { location, command });
    });
  });

  async function throughProxy(
    fault: Parameters<typeof proxyTo>[1],
    action: (location: Location) => Promise<void>,
  ): Promise<void> {
    const server = await startRest();
    let armed = false;
    const proxy = await proxyTo(server.url, (incoming): Fault | undefined =>
      armed ? fault(incoming) : undefined,
    );
    const access = { ...server, url: proxy.url };
    const location = locate(configOf(restConfig(access)).repository);
    location.options["retry"] = "off";
    try {
      await rustic().call(location, password, initCommand);
      armed = true;
      await action(location);
    } finally {
      await proxy.stop();
      await server.stop();
    }
  }
});

describe("S3", () => {
  test("wrong secret, wrong bucket", async () => {
    const server = await startS3();
    const command = listIdsCommand;
    const of = (change: object) =>
      locate(configOf(s3Config({ ...server, ...change })).repository);
    await record("s3-wrong-secret", {
      location: of({ secret_access_key: "ff".repeat(20) }),
      command,
    });
    await record("s3-wrong-key", {
      location: of({ access_key_id: "test-nobody" }),
      command,
    });
    const location = of({ bucket: "absent" });
    await record("s3-no-bucket", { location, command });
    await record("s3-no-bucket-init", { location, command: initCommand });
    await record("s3-no-repository", { location: of({}), command });
    await record("s3-wrong-secret-init", {
      location: of({ secret_access_key: "ff".repeat(20) }),
      command: initCommand,
    });
    await server.stop();
  });

  test("faults", async () => {
    const server = await startS3();
    let fault: Parameters<typeof proxyTo>[1] = () => undefined;
    const proxy: Answering = await proxyTo(server.endpoint, (incoming) =>
      fault(incoming),
    );
    const access = { ...server, endpoint: proxy.url.replace(/\/$/, "") };
    const location = locate(configOf(s3Config(access)).repository);
    await rustic().call(location, password, initCommand);
    const run = rustic().call(location, password, backup(smallStage()));
    const { backup_id } = await run;
    const keyFile = join(tempDir("keys"), "main.key");
    await rustic().call(location, password, exportKeyCommand(keyFile));
    const xml = (code: string) =>
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
    const puts = (status: number, code: string) => {
      fault = ({ method, url = "" }) =>
        method === "PUT" && /\/data\//.test(url)
          ? { status, body: xml(code) }
          : undefined;
    };
    location.options["retry"] = "1";
    puts(403, "AccessDenied");
    await record("s3-put-denied", { location, command: backup(smallStage()) });
    puts(507, "InsufficientStorage");
    await record("s3-put-507", { location, command: backup(smallStage()) });
    puts(403, "QuotaExceeded");
    await record("s3-put-quota", { location, command: backup(smallStage()) });
    fault = () => undefined;
    location.options["throttle"] = "65536,65536";
    await record("s3-burst", { location, command: backup(largeStage()) });
    delete location.options["throttle"];
    puts(503, "SlowDown");
    await record("s3-put-503", { location, command: backup(smallStage()) });
    fault = ({ url = "" }) =>
      url.includes("list-type=2")
        ? { status: 403, body: xml("AccessDenied") }
        : undefined;
    await record("s3-list-keys-denied", { location, command: listIdsCommand });
    const credential = { keyFile };
    await record("s3-list-denied", {
      location,
      credential,
      command: listIdsCommand,
    });
    await record("s3-list-denied-backup", {
      location,
      credential,
      command: backup(smallStage()),
    });
    fault = () => undefined;
    await record("s3-unknown-backup", {
      location,
      command: restore(unknownId, tempDir("target")),
    });
    fault = ({ method, url = "" }) =>
      method === "GET" && /\/data\//.test(url)
        ? { status: 404, body: xml("NoSuchKey") }
        : undefined;
    await record("s3-pack-missing", {
      location,
      command: restore(backup_id, tempDir("target")),
    });
    fault = ({ method, url = "" }) =>
      method === "GET" && /\/index\/[0-9a-f]/.test(url)
        ? { status: 404, body: xml("NoSuchKey") }
        : undefined;
    await record("race-s3-index", { location, command: backup(smallStage()) });
    await proxy.stop();
    await record("s3-refused", { location, command: listIdsCommand });
    await server.stop();
  });
});

describe("GCS", () => {
  test("bucket, backup, connection", async () => {
    const server = await startGcs();
    const of = (change: object) =>
      locate(configOf(gcsConfig({ ...server, ...change })).repository);
    const absent = of({ bucket: "absent" });
    await record("gcs-no-bucket", { location: absent, command: readIdCommand });
    await record("gcs-no-bucket-init", {
      location: absent,
      command: initCommand,
    });
    const location = of({});
    await record("gcs-no-repository", { location, command: readIdCommand });
    await rustic().call(location, password, initCommand);
    await record("gcs-unknown-backup", {
      location,
      command: restore(unknownId, tempDir("target")),
    });
    await server.stop();
    location.options["retry"] = "1";
    await record("gcs-refused", { location, command: listIdsCommand });
  });

  test("credential that is none, access denied", async () => {
    const server = await listen((incoming, response) => {
      incoming.resume();
      const error = { code: 403, message: "no", errors: [] };
      response.writeHead(403, { "content-type": "application/json" });
      response.end(JSON.stringify({ error }));
    });
    const endpoint = server.url.replace(/\/$/, "");
    const location = locate(
      configOf(gcsConfig({ endpoint, bucket: "backups" })).repository,
    );
    await record("gcs-denied", { location, command: readIdCommand });
    await server.stop();
  });
});

test("an option that rustic does not know", async () => {
  const location = await made();
  const broken = { ...location, repository: "local:/x", options: {} };
  const command = { ...readIdCommand, args: ["--no-such-option", "cat"] };
  await record("unknown-option", { location: broken, command });
});
