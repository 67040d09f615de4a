/** An embedded Conat router, for a machine without CoCalc. */

export { createRouter } from "./router.js";
export type { Authenticate, Router, RouterOptions } from "./options.js";
export type { RouterCounts } from "./counts.js";
export type { Identity } from "./identity.js";
export { defaultLimits, type RouterLimits } from "./limits.js";
