import { type Job, retryRules } from "../../conat-api/index.js";
import type { TestEngine } from "./engine.js";

/** The row that tries a failed job again, if there is one. */
export async function retryOf(
  { local }: TestEngine,
  { project_id, job_id }: Job,
): Promise<Job | undefined> {
  const { jobs } = await local("jobs", { project_id });
  return jobs.find(({ retry_of }) => retry_of === job_id);
}

/** The row of a first attempt says what the table says of its code. */
export async function expectAsTheTableSays(
  engine: TestEngine,
  job: Job,
): Promise<void> {
  const { error_code, error_message } = job;
  if (error_code === null) throw new Error("the job did not fail");
  const again = retryRules[error_code].retry === "backoff";
  const retry = await retryOf(engine, job);
  expect(retry).toEqual(
    again
      ? expect.objectContaining({
          state: "pending",
          trigger: "retry",
          attempt: job.attempt + 1,
        })
      : undefined,
  );
  expect(error_message).toMatch(/^[A-Z].*\.$/);
  const says = error_message?.includes("It is tried again by itself.");
  expect(says).toBe(again);
}
