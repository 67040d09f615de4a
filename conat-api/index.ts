/** The contract between a project-host and all who ask it; browser-safe. */

export * from "./backup.js";
export * from "./client.js";
export * from "./conat.js";
export * from "./errors.js";
export * from "./event.js";
export * from "./ids.js";
export * from "./invalid.js";
export * from "./job.js";
export * from "./methods.js";
export * from "./policy.js";
export * from "./status.js";
export * from "./subjects.js";
