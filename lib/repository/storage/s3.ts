/** A bucket that is spoken to as S3: rustic's `opendal:s3`, path-style. */

import { AwsV4Signer } from "aws4fetch";
import type { Location } from "../location.js";
import { objectKey, type Storage } from "./storage.js";

export function s3Storage({ options }: Location): Storage {
  const {
    endpoint = "",
    bucket = "",
    root = "/",
    region = "",
    access_key_id: accessKeyId = "",
    secret_access_key: secretAccessKey = "",
  } = options;
  const top = endpoint.replace(/\/+$/, "");
  const credentials = { accessKeyId, secretAccessKey, service: "s3", region };
  return {
    url: new URL(top),
    async question(file) {
      const key = objectKey(root, file);
      const path = `${bucket}/${key}`.split("/").map(escaped).join("/");
      const method = "HEAD";
      const signer = new AwsV4Signer({
        ...credentials,
        method,
        url: `${top}/${path}`,
      });
      const { url, headers } = await signer.sign();
      return { method, url, headers: Object.fromEntries(headers) };
    },
    size: ({ headers }) => headers["content-length"],
  };
}

/** As the signature counts it: RFC 3986. */
function escaped(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
