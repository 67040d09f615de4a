/** Chooses the view; the ready one is the page itself. */

import { Flex } from "antd";
import { PanelContent } from "./panel-content.js";
import { viewOf } from "./model.js";
import type { PanelHost } from "./panel-client.js";
import { useNow } from "./use-now.js";
import { useProjectBackups } from "./use-project-backups.js";
import { DeniedView, LoadingView, TroubleAlert } from "./views.js";

export interface PanelBodyProps extends PanelHost {
  title: string;
  narrow: boolean;
  /**
   * Of who looks: others than an owner are offered less. Not said: all is
   * offered, and the host refuses what they may not.
   */
  role?: string | undefined;
}

export function PanelBody(props: PanelBodyProps) {
  const { account_id, title, narrow, role = "owner" } = props;
  const backups = useProjectBackups(props);
  const now = useNow();
  const { state, actions } = backups;
  const { denied, trouble, status, list, readAt } = state;
  const view = viewOf(state);
  if (view === "denied" && denied !== undefined) {
    return <DeniedView sentence={denied} />;
  }
  if (view === "loading") return <LoadingView />;
  return (
    <Flex vertical gap="middle">
      {trouble !== undefined && (
        <TroubleAlert
          sentence={trouble}
          readAt={view === "ready" ? readAt : undefined}
          now={now}
          onTryAgain={actions.tryAgain}
        />
      )}
      {status && list && (
        <PanelContent
          {...backups}
          {...{ status, list, account_id, title, narrow, now }}
          owner={role === "owner"}
        />
      )}
    </Flex>
  );
}
