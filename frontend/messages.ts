/** All sentences of the panel that are not the host's own. */

export { jobMessages } from "./messages/job.js";
export { listMessages } from "./messages/list.js";
export { marksMessages } from "./messages/marks.js";
export { panelMessages } from "./messages/panel.js";
export { policyMessages } from "./messages/policy.js";
export { restoreMessages } from "./messages/restore.js";
export { statusMessages } from "./messages/status.js";
