/** The drawer with the policy: what it holds is read when it is opened. */

import { Button, Drawer, Skeleton } from "antd";
import { type ReactNode, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { panelMessages, policyMessages } from "./messages.js";
import type { ActionName } from "./model.js";
import { PolicyForm } from "./policy-form.js";
import { Refusal } from "./refusal.js";
import type { ProjectBackups } from "./use-project-backups.js";

export interface PolicyView {
  open: () => void;
  /** Of what the open drawer says itself how it went. */
  tells: ActionName[];
  drawer: ReactNode;
}

interface Options extends ProjectBackups {
  owner: boolean;
  now: number;
}

const own: ActionName[] = ["policy", "preview", "savePolicy"];

export function usePolicy(options: Options): PolicyView {
  const { state, actions } = options;
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    const { feedback } = state;
    const left = feedback?.kind === "error" && own.includes(feedback.action);
    if (left) actions.dismiss();
  };
  return {
    open() {
      void actions.readPolicy();
      setOpen(true);
    },
    tells: isOpen ? own : [],
    drawer: (
      <Drawer
        open={isOpen}
        onClose={close}
        title={<FormattedMessage {...policyMessages.title} />}
        size={560}
        styles={{ wrapper: { maxWidth: "100vw" } }}
        destroyOnHidden
      >
        <Content {...options} onSaved={() => setOpen(false)} />
      </Drawer>
    ),
  };
}

function Content(props: Options & { onSaved: () => void }) {
  const { state, actions } = props;
  const { policy: inForce, busy, feedback } = state;
  if (busy.policy !== undefined) return <Loading />;
  const unread = feedback?.kind === "error" && feedback.action === "policy";
  if (inForce && !unread) return <PolicyForm {...{ ...props, inForce }} />;
  return (
    <>
      {unread && <Refusal action="policy" sentence={feedback.sentence} />}
      <Button
        style={{ marginBlockStart: 16 }}
        onClick={() => void actions.readPolicy()}
      >
        <FormattedMessage {...panelMessages.tryAgain} />
      </Button>
    </>
  );
}

function Loading() {
  const intl = useIntl();
  const label = intl.formatMessage(policyMessages.loading);
  return (
    <div role="status" aria-busy="true" aria-label={label}>
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  );
}
