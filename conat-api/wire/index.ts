/** A client of the Conat wire protocol; imported by its own path. */

export type { WireClient, WireEvents, WireSubscription } from "./client.js";
export type { Encoding } from "./codec.js";
export { connect } from "./connect.js";
export type { ConnectionState } from "./connection.js";
export type { Delivery } from "./deliveries.js";
export { ConatError, type ConatErrorOptions } from "./errors.js";
export type { ServerInfo, WireClientOptions } from "./options.js";
export type { Published, PublishOptions } from "./publish.js";
export type { RequestOptions } from "./requests.js";
