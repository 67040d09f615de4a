/** What clients send, checked at the door. */

import { z } from "zod";
import { malformed } from "./refusal.js";

const Subject = z.string();
const maxId = 256;

export const Subscribe = z.object({
  subject: Subject,
  queue: z.string().max(maxId),
});

export const Unsubscribe = z.object({ subject: Subject });

export const WaitForInterest = z.object({
  subject: Subject,
  timeout: z.number().nonnegative().optional(),
});

/** One chunk of a message; the place after `headers` is for clusters. */
export const Publish = z.tuple(
  [
    Subject,
    z.string().min(1).max(maxId),
    z.int().nonnegative(),
    z.union([z.literal(0), z.literal(1), z.boolean()]),
    z.int().nonnegative(),
    z.custom<Uint8Array>((value) => ArrayBuffer.isView(value)),
    z
      .record(z.string(), z.unknown())
      .refine((headers) => isShallow(headers))
      .nullish(),
  ],
  z.unknown(),
);

export type Publish = z.infer<typeof Publish>;

/** socket.io walks through what it sends by recursion. */
function isShallow(value: unknown, depth = 32): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (ArrayBuffer.isView(value)) return true;
  return (
    depth > 0 &&
    Object.values(value).every((each) => isShallow(each, depth - 1))
  );
}

/** @throws Refusal 400 */
export function check<T>(schema: z.ZodType<T>, event: string, value: unknown) {
  const { success, data } = schema.safeParse(value);
  if (success) return data;
  throw malformed(`malformed argument of '${event}'`);
}
