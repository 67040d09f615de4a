import { randomInt } from "node:crypto";
import { build } from "./build.mjs";
import { testFaults } from "./faults.mjs";
import { describe, Interrupted, main } from "./lib/failure.mjs";
import { jest } from "./lib/jest.mjs";
import { inPackage, root } from "./lib/paths.mjs";
import { show } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const CHECKS = [
  {
    title: "Types",
    command: [inPackage("typescript", "bin", "tsc"), "--noEmit"],
  },
  {
    title: "Lint",
    command: [inPackage("oxlint", "bin", "oxlint"), "--deny-warnings"],
  },
  {
    title: "Format",
    command: [inPackage("prettier", "bin", "prettier.cjs"), "--check", "."],
  },
];

/** All checks, then all tests; with arguments, only Jest with these. The last
 * line says how it went: `N passed, N failed`. */
async function test(args) {
  const total = { passed: 0, failed: 0, skipped: [] };
  try {
    const env = await prepare(total);
    if (args.length === 0) {
      await runChecks(env, total);
    }
    await runTests(args, env, total);
    if (args.length === 0 && requiresAll()) {
      await runFaults(total);
    }
  } catch (error) {
    if (error instanceof Interrupted) {
      throw error;
    }
    total.failed += 1;
    print(describe(error));
  }
  print(`\n${summary(total)}`);
  return total.failed === 0 ? 0 : 1;
}

/** A build that fails need not keep the tests of the sources from running. */
async function prepare(total) {
  headline("Set-up");
  const env = await setup({ test: true });
  headline("Build");
  try {
    await build();
  } catch (error) {
    if (error instanceof Interrupted) {
      throw error;
    }
    total.failed += 1;
    print(describe(error));
  }
  return env;
}

async function runChecks(env, total) {
  for (const { title, command } of CHECKS) {
    headline(title);
    const code = await show(process.execPath, command, { cwd: root, env });
    if (code !== 0) {
      total.failed += 1;
      print(`${title}: failed`);
    }
  }
}

async function runTests(args, env, total) {
  headline("Tests");
  const { passed, failed, skipped } = await jest(args, env);
  total.passed += passed;
  total.failed += failed;
  total.skipped.push(...skipped);
  // Arguments such as -t skip tests on purpose.
  if (requiresAll() && args.length === 0 && skipped.length > 0) {
    total.failed += 1;
    print("\nPROJECT_BACKUPS_REQUIRE=all allows no skipped test:");
    skipped.forEach((name) => print(`  ${name}`));
  }
}

/** Another seed each time: a failure names it, and how to see it again. */
async function runFaults(total) {
  const seed = randomInt(2 ** 31);
  const runs = {
    Faults: ["--kills", "1000", "--seed", String(seed)],
    "Planted bugs": ["--bugs"],
  };
  for (const [title, options] of Object.entries(runs)) {
    headline(title);
    const code = await testFaults(options);
    total[code === 0 ? "passed" : "failed"] += 1;
  }
}

function requiresAll() {
  return process.env.PROJECT_BACKUPS_REQUIRE === "all";
}

function summary({ passed, failed, skipped }) {
  const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  return `${passed} passed, ${failed} failed${rest}`;
}

function headline(title) {
  const bold = process.stdout.isTTY ? ["\x1b[1m", "\x1b[0m"] : ["", ""];
  print(`\n${bold[0]}== ${title}${bold[1]}`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

await main(import.meta.url, test);
