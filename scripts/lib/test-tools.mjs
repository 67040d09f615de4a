import { pathOf } from "./command.mjs";
import { Failure, Interrupted } from "./failure.mjs";
import { fakeGcs, goTool, versitygw } from "./go-tools.mjs";
import { say } from "./progress.mjs";
import { rclone } from "./rclone.mjs";
import { systemTools } from "./system-tools.mjs";

const SERVERS = [
  {
    variable: "PROJECT_BACKUPS_VERSITYGW",
    tests: "S3",
    find: () => goTool(versitygw),
  },
  {
    variable: "PROJECT_BACKUPS_FAKE_GCS",
    tests: "Google Cloud Storage",
    find: () => goTool(fakeGcs),
  },
  { variable: "PROJECT_BACKUPS_RCLONE", tests: "REST server", find: rclone },
];

/** What the tests that run real servers need, as environment variables. What
 * is missing is a warning, or a failure where it is required. */
export async function testTools({ required }) {
  const missing = await systemTools();
  const env = {};
  for (const server of SERVERS) {
    try {
      env[server.variable] = await locate(server);
    } catch (error) {
      missing.push({ tests: server.tests, why: reason(error) });
    }
  }
  if (missing.length > 0 && required) {
    throw new Failure("Tools that the tests require are missing.", {
      excerpt: missing.map(({ tests, why }) => `${tests} tests: ${why}`),
      advice: "Install them, or run without --require to skip their tests.",
    });
  }
  missing.forEach(({ tests, why }) =>
    say(`Warning: the ${tests} tests will be skipped: ${why}`),
  );
  return env;
}

async function locate({ variable, find }) {
  const chosen = process.env[variable];
  if (!chosen) {
    return find();
  }
  const program = pathOf(chosen);
  if (!program) {
    throw new Failure(`${variable}=${chosen} cannot be run.`);
  }
  return program;
}

function reason(error) {
  if (!(error instanceof Failure) || error instanceof Interrupted) {
    throw error;
  }
  const details = [error.message, ...error.excerpt.slice(-3), error.advice];
  return details.filter(Boolean).join(" ");
}
