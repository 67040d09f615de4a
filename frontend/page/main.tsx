/** The page of a standalone host. */

import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { takeToken } from "./session.js";

const place = document.getElementById("page");
if (!place) throw new Error("the page has no place for its content");
// First of all: a token does not stay in the address.
const token = takeToken(window);
createRoot(place).render(<App token={token} nonce={readNonce()} />);

/** The number that styles must carry to be let in (Content-Security-Policy). */
function readNonce(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>(
    'meta[name="csp-nonce"]',
  );
  return meta?.content;
}
