/** Refuses with 403, which the client hears twice: as an event and an answer. */

import { type Access, accessOf, type Action, isAllowed } from "./permission.js";
import { Refusal } from "./refusal.js";
import type { Tokens } from "./subject.js";
import type { Client, Switchboard } from "./switchboard.js";

const doing = { pub: "publishing", sub: "subscribing" };

/** @throws Refusal 403 */
export async function permit(
  { knows, role, tally }: Switchboard,
  { identity, socket }: Client,
  type: Action,
  subject: Tokens,
): Promise<Access> {
  const access = accessOf(identity, type, subject);
  const allowed = knows(identity) && (await isAllowed(identity, access, role));
  if (allowed) return access;
  tally.denied++;
  const name = subject.join(".");
  const who = JSON.stringify(identity);
  const message = `permission denied ${doing[type]} to '${name}' from ${who}`;
  socket.emit("permission", { message, subject: name, type });
  throw new Refusal(message, 403);
}
