/** The page of a standalone host. */

import { createRoot } from "react-dom/client";
import { config } from "zod";
import { App } from "./app.js";
import { signStyles } from "./nonce.js";
import { takeToken } from "./session.js";

// The page's policy lets no text become code; without this zod tries.
config({ jitless: true });
signStyles(document);
const place = document.getElementById("page");
if (!place) throw new Error("the page has no place for its content");
// First of all: a token does not stay in the address.
const token = takeToken(window);
createRoot(place).render(<App token={token} />);
