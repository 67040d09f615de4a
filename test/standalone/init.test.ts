import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configName, readConfig } from "../../lib/config.js";
import { initStandalone } from "../../lib/standalone/init.js";
import { tempDir } from "../support/temp.js";

const places = {
  projects: "/projects",
  repository: '/a "quoted" place',
  restore: ["/restored"],
};

test("what it writes is read back as it was asked for", () => {
  const dataDir = join(tempDir("init"), "new");
  const path = initStandalone({
    ...{ dataDir, ...places },
    ...{ persist: "/persist/[project_id]", host_id: "h" },
  });
  expect(path).toBe(join(dataDir, configName));
  expect(readConfig(dataDir)).toMatchObject({
    host_id: "h",
    projects: { directory: "/projects", persist: "/persist/[project_id]" },
    repository: { kind: "local", path: '/a "quoted" place' },
    restore: { directories: ["/restored"] },
    maintenance: { maintainer: "h" },
  });
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("each host gets an id of its own", () => {
  const ids = [tempDir("init"), tempDir("init")].map((dataDir) => {
    initStandalone({ dataDir, ...places });
    return readConfig(dataDir).host_id;
  });
  expect(new Set(ids).size).toBe(2);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test("a configuration that is there is never overwritten", () => {
  const dataDir = tempDir("init");
  const path = join(dataDir, configName);
  writeFileSync(path, "mine");
  expect(() => initStandalone({ dataDir, ...places })).toThrow(
    expect.objectContaining({ code: "CONFLICT" }),
  );
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test("what cannot work is refused before anything is written", () => {
  const dataDir = join(tempDir("init"), "new");
  const wrong = { dataDir, ...places, host_id: "not a token" };
  expect(() => initStandalone(wrong)).toThrow("host_id");
  expect(existsSync(dataDir)).toBe(false);
});
