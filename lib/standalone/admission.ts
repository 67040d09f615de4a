/**
 * Which requests a page or a socket may come with. A page of another site can
 * make a browser send requests here, with this host's cookies on them; and a
 * name that its owner points to 127.0.0.1 makes them look like ours.
 */

import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** @param names Host names, without port, that this host is reached by. */
export function admitting(
  names: readonly string[],
): (request: Pick<IncomingMessage, "headers">) => boolean {
  const known = new Set([
    "localhost",
    // As a URL has them: small, in ASCII, and without a port.
    ...names.map((one) => parse(`http://${one}`)?.hostname ?? ""),
  ]);
  return ({ headers: { host, origin } }) => {
    const url = host === undefined ? undefined : parse(`http://${host}`);
    if (!url) return false;
    const { hostname } = url;
    // An address cannot be pointed elsewhere by whoever owns a name.
    const address = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
    if (!address && !known.has(hostname)) return false;
    return origin === undefined || sameHost(origin, host);
  };
}

/** Programs send no Origin, browsers always do where it matters. */
function sameHost(origin: string, host: string | undefined): boolean {
  const url = parse(origin);
  return url !== undefined && /^https?:$/.test(url.protocol)
    ? url.host === parse(`${url.protocol}//${host}`)?.host
    : false;
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
