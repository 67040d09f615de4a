/** The page's one connection; the cookie says who it is. */

import { useEffect, useState } from "react";
import {
  type ConatError,
  connect,
  type WireClient,
} from "../../conat-api/wire/index.js";

/**
 * `doubt` (the same function at each render) is called whenever the sign-in
 * may have ended: the router says nothing of that to a socket that stands.
 */
export function useClient(doubt: () => void): WireClient | undefined {
  const [client, setClient] = useState<WireClient>();
  useEffect(() => {
    const opened = connect({ address: window.location.origin });
    setClient(opened);
    const lost = () => {
      doubt();
      void watchSignIn(opened, doubt);
    };
    opened.on("connected", doubt);
    opened.on("disconnected", lost);
    void watchSignIn(opened, doubt);
    return () => {
      opened.off("connected", doubt);
      opened.off("disconnected", lost);
      opened.close();
    };
  }, [doubt]);
  return client;
}

/** The client asks again after a refusal: each one is told. */
async function watchSignIn(
  client: WireClient,
  refused: () => void,
): Promise<void> {
  const closed = () => client.state === "closed";
  while (!closed()) {
    try {
      await client.signedIn();
      return;
    } catch (error) {
      const { code } = error as ConatError;
      if (code === 401 && !closed()) refused();
    }
  }
}
