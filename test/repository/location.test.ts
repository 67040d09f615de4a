import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Location, locate } from "../../lib/repository/location.js";
import { withProfile } from "../../lib/repository/profile.js";
import { tempDir } from "../support/temp.js";
import { configOf, secretFile } from "./ground.js";

/** The profile that rustic gets, with `/data` for our own directory. */
async function profileOf(
  repository: object,
  limits: object = {},
): Promise<string> {
  const config = configOf(repository, limits);
  const { bandwidth_bytes_per_second } = config.limits;
  const location = locate(config.repository, bandwidth_bytes_per_second);
  return textOf(location);
}

function textOf(location: Location): Promise<string> {
  const runDir = tempDir("run");
  const credential = { keyFile: "/data/keys/main.key" };
  const options = { runDir, cacheDir: "/data/cache", location, credential };
  return withProfile(options, (path) =>
    Promise.resolve(readFileSync(path, "utf8")),
  );
}

const s3 = {
  kind: "s3",
  endpoint: "https://storage.example.org",
  bucket: "backups",
  access_key_id: { env: "PB_TEST_ID" },
  secret_access_key: { env: "PB_TEST_SECRET" },
};

beforeEach(() => {
  process.env["PB_TEST_ID"] = "the-id";
  process.env["PB_TEST_SECRET"] = 'a"b\\c';
});

afterEach(() => {
  delete process.env["PB_TEST_ID"];
  delete process.env["PB_TEST_SECRET"];
});

describe("the profile", () => {
  test("of a local repository", async () => {
    const path = "/srv/back ups/ünï: 100%";
    expect(await profileOf({ kind: "local", path })).toBe(
      `[repository]
repository = "local:/srv/back ups/ünï: 100%"
key-file = "/data/keys/main.key"
no-cache = true

[repository.options]
`,
    );
  });

  test("of a REST repository", async () => {
    const text = await profileOf({
      kind: "rest",
      url: "https://backup.example.org:8000/hosts/a",
      username: "ho st",
      password: secretFile("p@ss:w/ö%41"),
      ca_certificate: "/etc/ca.pem",
    });
    expect(text).toBe(
      `[repository]
repository = "rest:https://ho%20st:p%40ss%3Aw%2F%C3%B6%2541@backup.example.org:8000/hosts/a"
key-file = "/data/keys/main.key"
cache-dir = "/data/cache"

[repository.options]
cacert = "/etc/ca.pem"
`,
    );
  });

  test("of an S3 repository", async () => {
    const limits = { bandwidth_bytes_per_second: 1_000_000 };
    expect(await profileOf({ ...s3, root: "hosts/a" }, limits)).toBe(
      `[repository]
repository = "opendal:s3"
key-file = "/data/keys/main.key"
cache-dir = "/data/cache"

[repository.options]
endpoint = "https://storage.example.org"
region = "auto"
bucket = "backups"
root = "/hosts/a"
access_key_id = "the-id"
secret_access_key = "a\\"b\\\\c"
disable_config_load = "true"
disable_ec2_metadata = "true"
throttle = "1000000,83886080"
`,
    );
  });

  test("of a GCS repository with a service account", async () => {
    const account = '{"type":"service_account"}';
    const credential = secretFile(account);
    expect(
      await profileOf({ kind: "gcs", bucket: "backups", credential }),
    ).toBe(
      `[repository]
repository = "opendal:gcs"
key-file = "/data/keys/main.key"
cache-dir = "/data/cache"

[repository.options]
bucket = "backups"
root = "/"
credential = "${Buffer.from(account).toString("base64")}"
disable_vm_metadata = "true"
disable_config_load = "true"
`,
    );
  });

  test("of a GCS repository that anyone may use", async () => {
    const endpoint = "http://127.0.0.1:4443";
    expect(await profileOf({ kind: "gcs", bucket: "backups", endpoint })).toBe(
      `[repository]
repository = "opendal:gcs"
key-file = "/data/keys/main.key"
cache-dir = "/data/cache"

[repository.options]
bucket = "backups"
root = "/"
endpoint = "http://127.0.0.1:4443"
skip_signature = "true"
disable_vm_metadata = "true"
disable_config_load = "true"
`,
    );
  });
});

describe("secrets", () => {
  const rest = {
    kind: "rest",
    url: "https://backup.example.org/",
    username: "host",
  };

  test("come from a file or a variable, without the line's end", () => {
    const { access_key_id, ...others } = s3;
    expect(access_key_id).toEqual({ env: "PB_TEST_ID" });
    const mixed = { ...others, access_key_id: secretFile("from-file\n") };
    expect(locate(configOf(mixed).repository)).toMatchObject({
      options: { access_key_id: "from-file", secret_access_key: 'a"b\\c' },
      secrets: ["from-file", 'a"b\\c'],
      credentials: ["access_key_id", "secret_access_key"],
    });
  });

  test("that are missing are refused with the place where they should be", () => {
    const empty = join(tempDir("secret"), "empty");
    writeFileSync(empty, " \n");
    const places: [object, string][] = [
      [{ file: "/no/such/file" }, "the file /no/such/file"],
      [{ file: empty }, `the file ${empty}`],
      [{ env: "PB_TEST_NOTHING" }, "the variable PB_TEST_NOTHING"],
    ];
    for (const [password, place] of places) {
      const { repository } = configOf({ ...rest, password });
      expect(() => locate(repository)).toThrow(
        expect.objectContaining({
          code: "INVALID_ARGUMENT",
          message: `A secret of the repository should be in ${place}, but nothing is there.`,
        }),
      );
    }
  });

  test("do not stand in what people and rows see", () => {
    const repositories = [
      { ...rest, password: secretFile("hidden one") },
      { ...s3, secret_access_key: secretFile("hidden one") },
      { kind: "gcs", bucket: "backups", credential: secretFile("hidden one") },
    ];
    for (const repository of repositories) {
      const { display, secrets } = locate(configOf(repository).repository);
      expect(secrets).toContain("hidden one");
      for (const secret of secrets) expect(display).not.toContain(secret);
    }
  });

  test("are hidden as they stand in an address, too", () => {
    const password = secretFile("p@ss");
    const { secrets } = locate(configOf({ ...rest, password }).repository);
    expect(secrets).toEqual(["p@ss", "p%40ss"]);
  });

  test.each(["https://host:secret@backup.example.org/", "https://host@b.org/"])(
    "in the address itself are refused (%s)",
    (url) => {
      const { repository } = configOf({ kind: "rest", url });
      expect(() => locate(repository)).toThrow(
        expect.objectContaining({
          code: "INVALID_ARGUMENT",
          message: expect.not.stringContaining("secret"),
        }),
      );
    },
  );
});

describe("a folder in a bucket", () => {
  const at = (root: string) => locate(configOf({ ...s3, root }).repository);

  test.each(["hosts/a", "/hosts/a", "hosts/a/", "/hosts/a/"])(
    "is one place, written as %s",
    (root) => {
      expect(at(root).options["root"]).toBe("/hosts/a");
      expect(at(root).display).toBe(
        "s3:https://storage.example.org/backups/hosts/a",
      );
    },
  );

  test.each(["", "/"])("is the whole bucket, written as %j", (root) => {
    expect(at(root).options["root"]).toBe("/");
    expect(at(root).display).toBe("s3:https://storage.example.org/backups");
  });

  test.each(["..", "a/../b", "a//b", "./a", "/../a"])("is never %s", (root) => {
    expect(() => configOf({ ...s3, root })).toThrow(
      "must be a folder inside the bucket",
    );
  });
});

describe("a bandwidth limit", () => {
  const throttle = (bandwidth?: number) =>
    locate(configOf(s3).repository, bandwidth).options["throttle"];

  test("holds a whole pack at once, or a second's worth", () => {
    expect(throttle(65_536)).toBe("65536,83886080");
    expect(throttle(200_000_000)).toBe("200000000,200000000");
  });

  test("stays within what rustic can count", () => {
    expect(throttle(5_000_000_000)).toBe("4294967295,4294967295");
  });

  test("is left out where none was asked for", () => {
    expect(throttle()).toBeUndefined();
  });

  test.each(["local", "rest"])("is refused for a %s repository", (kind) => {
    const repository = { kind, path: "/x" };
    const rest = { kind, url: "https://backup.example.org/" };
    const limits = { bandwidth_bytes_per_second: 1_000_000 };
    expect(() =>
      configOf(kind === "local" ? repository : rest, limits),
    ).toThrow(
      `limits.bandwidth_bytes_per_second has no effect on a ${kind} repository.`,
    );
  });
});
