/** What the panel is given: whose panel, of what, and the way to the host. */

import type {
  ConatCallClient,
  ConatStateEvents,
  ConatSubscriber,
} from "../conat-api/index.js";

/** Any Conat client: without events and subscriptions the panel polls. */
export type PanelClient = ConatCallClient &
  Partial<ConatSubscriber> &
  Partial<ConatStateEvents>;

export interface PanelHost {
  /** Who looks: the router vouches for it. */
  account_id: string;
  project_id: string;
  /** Asked again after a failure: the project may have moved. */
  getClient: (project_id: string) => Promise<PanelClient>;
}
