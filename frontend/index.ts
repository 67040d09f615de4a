/** The panel for a project's settings, and what it is given. */

export {
  type PanelProject,
  ProjectBackupsPanel,
  type ProjectBackupsPanelProps,
} from "./panel.js";
export type { PanelClient, PanelHost } from "./panel-client.js";
