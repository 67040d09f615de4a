import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { inPackage, root, scratchDir } from "./paths.mjs";
import { show } from "./run.mjs";

/** Run Jest with these arguments.
 * Returns { passed, failed, skipped: names of tests that did not run }. */
export async function jest(args, env) {
  const report = join(scratchDir(), `jest-${process.pid}.json`);
  await mkdir(scratchDir(), { recursive: true });
  const options = ["--json", `--outputFile=${report}`, ...args];
  const program = inPackage("jest", "bin", "jest.js");
  try {
    const code = await show(process.execPath, [program, ...options], {
      cwd: root,
      env,
      // Jest writes for people to stderr when it also writes JSON; the report
      // belongs on one stream with the last line, in its order.
      stdio: ["inherit", "inherit", process.stdout],
    });
    return count(await readReport(report), code);
  } finally {
    await rm(report, { force: true });
  }
}

/** A file that does not even load is a failure, and so is an exit code that
 * no test accounts for. */
function count(report, exitCode) {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed || (exitCode === 0 ? 0 : 1),
    skipped: report.testResults.flatMap(skippedIn),
  };
}

function skippedIn({ assertionResults }) {
  return assertionResults
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map(({ fullName }) => fullName);
}

async function readReport(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return {
      numPassedTests: 0,
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 1,
      testResults: [],
    };
  }
}
