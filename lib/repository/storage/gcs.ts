/** A bucket of Google Cloud Storage: rustic's `opendal:gcs`. */

import { sign } from "node:crypto";
import { z } from "zod";
import type { Location } from "../location.js";
import { objectKey, type Storage } from "./storage.js";

const google = "https://storage.googleapis.com";

const ServiceAccount = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string(),
});

const Metadata = z.object({ size: z.string() });

export function gcsStorage({ options }: Location): Storage {
  const { endpoint = google, bucket = "", root = "/", credential } = options;
  const top = endpoint.replace(/\/+$/, "");
  const headers = credential ? { authorization: bearer(credential) } : {};
  return {
    url: new URL(top),
    question(file) {
      const key = encodeURIComponent(objectKey(root, file));
      const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${key}`;
      const url = new URL(`${top}${path}?fields=size`);
      return Promise.resolve({ method: "GET", url, headers });
    },
    size: ({ body }) => Metadata.safeParse(parseJson(body)).data?.size,
  };
}

/**
 * A token that the service account signs itself, for an hour: Google takes
 * it without an exchange (https://google.aip.dev/auth/4111).
 */
function bearer(credential: string, now = Date.now()): string {
  const text = Buffer.from(credential, "base64").toString();
  const account = ServiceAccount.parse(parseJson(text));
  const iat = Math.floor(now / 1000);
  const claims = {
    iss: account.client_email,
    sub: account.client_email,
    aud: `${google}/`,
    iat,
    exp: iat + 3600,
  };
  const header = { alg: "RS256", typ: "JWT", kid: account.private_key_id };
  const unsigned = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign("sha256", Buffer.from(unsigned), account.private_key);
  return `Bearer ${unsigned}.${signature.toString("base64url")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
