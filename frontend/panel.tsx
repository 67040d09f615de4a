/** The backups of one project, in its settings. */

import { CloudServerOutlined } from "@ant-design/icons";
import { Card, Space } from "antd";
import { FormattedMessage } from "react-intl";
import { panelMessages } from "./messages.js";
import { PanelBody, type PanelBodyProps } from "./panel-body.js";

/** What is read of CoCalc's Immutable map. */
export interface PanelProject {
  get(name: string): unknown;
}

export interface ProjectBackupsPanelProps extends Omit<
  PanelBodyProps,
  "narrow" | "title"
> {
  project?: PanelProject | undefined;
  /** "flyout" is narrow. */
  mode?: "project" | "flyout";
  /** Without a card and a title around it. */
  embedded?: boolean;
}

export function ProjectBackupsPanel({
  project,
  mode = "project",
  embedded = false,
  ...host
}: ProjectBackupsPanelProps) {
  const title = project?.get("title");
  const body = (
    <PanelBody
      // What is known, asked and closed is of one project only.
      key={`${host.account_id} ${host.project_id}`}
      {...host}
      title={typeof title === "string" ? title : ""}
      narrow={mode === "flyout"}
    />
  );
  if (embedded) return body;
  const heading = (
    <Space>
      <CloudServerOutlined aria-hidden />
      <FormattedMessage {...panelMessages.title} />
    </Space>
  );
  return (
    <Card title={heading} {...(mode === "flyout" ? { size: "small" } : {})}>
      {body}
    </Card>
  );
}
