/**
 * What is published when a job row changes. Anyone in the project can forge
 * one: it is a hint that there is something to read, never the truth.
 */

import { z } from "zod";
import { Job } from "./job.js";

export const JobEvent = Job.pick({
  job_id: true,
  kind: true,
  project_id: true,
  state: true,
  phase: true,
  bytes_done: true,
  bytes_total: true,
});
export type JobEvent = z.infer<typeof JobEvent>;
