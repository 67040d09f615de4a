import { createReadStream, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import {
  BackupError,
  errorCodes,
  fromWireError,
  isErrorCode,
  type RetryRule,
  retryRules,
  toBackupError,
} from "../../conat-api/index.js";
import { tempDir } from "../support/temp.js";

test.each(errorCodes)("%s says whether it is tried again", (code) => {
  const rule: RetryRule = retryRules[code];
  const attempts = rule.retry === "never" ? 1 : rule.attempts;
  expect(attempts > 1).toBe(rule.retry === "backoff");
});

test("only what may go well by itself is tried again", () => {
  const again = errorCodes.filter((code) => retryRules[code].retry !== "never");
  expect(again.toSorted()).toEqual([
    "COMMAND_FAILED",
    "FILESYSTEM_FAILED",
    "INTERRUPTED",
    "REPOSITORY_MISSING",
    "REPOSITORY_UNREACHABLE",
    "STALLED",
  ]);
  expect(retryRules.REPOSITORY_MISSING.attempts).toBe(2);
  expect(retryRules.COMMAND_FAILED.attempts).toBe(3);
});

test("names that every object has are no codes", () => {
  for (const name of ["constructor", "toString", "__proto__", "", 7, null]) {
    expect(isErrorCode(name)).toBe(false);
  }
  expect(isErrorCode("NO_SPACE")).toBe(true);
});

test("the hint ends the message; details stay out of it", () => {
  const options = { hint: "Do this.", details: "/secret/path" };
  const error = new BackupError("CONFLICT", "It is taken.", options);
  expect(error.message).toBe("It is taken. Do this.");
  expect(error).toMatchObject({ name: "BackupError", code: "CONFLICT" });
  expect(error.details).toBe("/secret/path");
});

describe("anything thrown", () => {
  test("a BackupError stays the same object", () => {
    const error = new BackupError("STALLED", "It hangs.");
    expect(toBackupError(error)).toBe(error);
  });

  test.each([
    ["ENOSPC", "NO_SPACE"],
    ["EDQUOT", "NO_SPACE"],
    ["SQLITE_FULL", "NO_SPACE"],
    ["EACCES", "FILESYSTEM_FAILED"],
    ["EROFS", "FILESYSTEM_FAILED"],
    ["EIO", "FILESYSTEM_FAILED"],
    ["SQLITE_IOERR", "FILESYSTEM_FAILED"],
    ["SQLITE_IOERR_WRITE", "FILESYSTEM_FAILED"],
    ["SQLITE_READONLY_DBMOVED", "FILESYSTEM_FAILED"],
    ["SQLITE_CANTOPEN", "FILESYSTEM_FAILED"],
  ])("%s of the system is %s", (systemCode, code) => {
    const cause = Object.assign(new Error(`${systemCode}: /a/path`), {
      code: systemCode,
    });
    const error = toBackupError(cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.details).toContain("/a/path");
    expect(error.message).not.toContain("/a/path");
  });

  test("a real full disk is NO_SPACE", () => {
    const failure = caught(() => writeFileSync("/dev/full", "x"));
    expect(toBackupError(failure).code).toBe("NO_SPACE");
  });

  test("a real full database is NO_SPACE", () => {
    const database = new Database(join(tempDir("full"), "full.sqlite"));
    database.pragma("max_page_count = 2");
    const failure = caught(() =>
      database.exec("CREATE TABLE a (x); CREATE TABLE b (x)"),
    );
    database.close();
    expect(toBackupError(failure).code).toBe("NO_SPACE");
  });

  test("what nobody foresaw is INTERNAL, and its text stays on the host", () => {
    const cause = new TypeError("x is not a function");
    const error = toBackupError(cause);
    expect(error).toMatchObject({ code: "INTERNAL", cause });
    expect(error.details).toContain("x is not a function");
    expect(error.message).not.toContain("x is not");
  });

  test.each([undefined, null, "text", "", 0, {}, Object.create(null)])(
    "even %p becomes an error with a message and a code",
    (thrown) => {
      const error = toBackupError(thrown);
      expect(error).toBeInstanceOf(BackupError);
      expect(error.code).toBe("INTERNAL");
      expect(error.message).not.toBe("");
    },
  );

  test("a missing file is nothing that we foresaw", async () => {
    const [failure] = await once(createReadStream("/no/such/file"), "error");
    expect(toBackupError(failure).code).toBe("INTERNAL");
  });
});

describe("an error of a reply", () => {
  const wire = (message: string, code?: unknown) =>
    Object.assign(new Error(message), code === undefined ? {} : { code });

  test.each(errorCodes)("%s arrives as it was sent", (code) => {
    const error = fromWireError(wire("What went wrong.", code));
    expect(error).toBeInstanceOf(BackupError);
    expect(error).toMatchObject({ code, message: "What went wrong." });
  });

  test.each([403, "403"])("the router's %p is PERMISSION_DENIED", (code) => {
    const error = fromWireError(wire("permission denied", code));
    expect(error.code).toBe("PERMISSION_DENIED");
  });

  test("a first refusal, which the router hides in a time-out, too", () => {
    const text =
      "timeout - Error: Error: permission denied publishing to 'project.x'";
    expect(fromWireError(wire(text, 408)).code).toBe("PERMISSION_DENIED");
  });

  test.each([408, 503, "408", "503"])(
    "%p means that nobody answers now",
    (code) => {
      const error = fromWireError(wire("timeout", code));
      expect(error.code).toBe("INTERRUPTED");
      expect(error.message).toContain("does not answer");
      expect(error.details).toBe("timeout");
    },
  );

  test("codes that we do not know are INTERNAL, with their text", () => {
    for (const code of [undefined, "ENOENT", "constructor", 500]) {
      const error = fromWireError(wire("start not defined", code));
      expect(error).toMatchObject({
        code: "INTERNAL",
        message: "start not defined",
      });
    }
  });

  test.each([undefined, null, "", "text", {}, new Error("")])(
    "%p has a message all the same",
    (thrown) => {
      const error = fromWireError(thrown);
      expect(error.code).toBe("INTERNAL");
      expect(error.message.trim()).not.toBe("");
    },
  );
});

function caught(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
