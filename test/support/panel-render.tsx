import {
  act,
  configure,
  render,
  type RenderResult,
} from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ConfigProvider } from "antd";
import { IntlProvider } from "react-intl";
import {
  ProjectBackupsPanel,
  type ProjectBackupsPanelProps,
} from "../../frontend/index.js";
import type { PanelHost } from "./panel-host.js";

export const account_id = "a0000000-0000-4000-8000-000000000001";

export interface Person {
  click(element: Element): Promise<void>;
  keyboard(keys: string): Promise<void>;
}

type PanelProps = Partial<ProjectBackupsPanelProps> & { host: PanelHost };

/**
 * A panel in what CoCalc puts around it. Animations never end in jsdom, and
 * with style sheets each look-up by role takes a second.
 */
export function Panel({ host, ...props }: PanelProps) {
  const [project_id = ""] = host.projects.keys();
  return (
    <IntlProvider locale="en" timeZone="UTC">
      <ConfigProvider theme={{ token: { motion: false }, zeroRuntime: true }}>
        <ProjectBackupsPanel
          account_id={account_id}
          project_id={project_id}
          getClient={host.getClient}
          {...props}
        />
      </ConfigProvider>
    </IntlProvider>
  );
}

// Time passes when a test says so, and all that happens then is in an act.
configure({ asyncWrapper: (callback) => callback() });

/** Rendered, and answered by the host if nothing is held. */
export async function openPanel(
  host: PanelHost,
  props: Partial<ProjectBackupsPanelProps> = {},
): Promise<RenderResult & { user: Person }> {
  const user = userEvent.setup({ delay: null });
  const rendered = render(<Panel host={host} {...props} />);
  await pass(0);
  return {
    ...rendered,
    user: {
      // What they set off may be answered before they return.
      click: (element) => act(() => user.click(element)),
      keyboard: (keys) => act(() => user.keyboard(keys)),
    },
  };
}

/** Lets time pass, with all that happens in it. */
export async function pass(ms: number): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(ms));
}
