import { SessionRefusal } from "../../conat-api/wire/session.js";
import type { Answer } from "./standalone-web.js";

/** What the answer says, in JSON with one sentence and never kept. */
export function refusal({ headers, body }: Answer): string {
  expect(headers["content-type"]).toMatch(/^application\/json/);
  expect(headers["cache-control"]).toBe("no-store");
  const refused: unknown = JSON.parse(body);
  expect(Object.keys(refused as object)).toEqual(["error"]);
  const { error } = SessionRefusal.parse(refused);
  expect(error).toMatch(/^[A-Z].*\.$/);
  return error;
}
