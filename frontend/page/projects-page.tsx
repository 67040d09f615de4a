/** The page of an account: its projects, and the panel of the chosen one. */

import { Alert, Button, Empty, Flex, Grid, Layout, Typography } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { WireClient } from "../../conat-api/wire/index.js";
import type { Session, SessionProject } from "../../conat-api/wire/session.js";
import { ProjectBackupsPanel } from "../index.js";
import { doubting } from "./doubting-client.js";
import { ProjectSelect, useChoice } from "./project-choice.js";
import { useClient } from "./use-client.js";

export interface ProjectsPageProps {
  session: Session;
  /** Resolves to false when the host does not answer. */
  onSignOut(): Promise<boolean>;
  /** The sign-in may have ended; the same function at each render. */
  onDoubt(): void;
}

export function ProjectsPage(props: ProjectsPageProps) {
  const { session } = props;
  if (!session.hub) return <PersonPage {...props} />;
  return (
    <Frame {...props}>
      <Alert
        type="info"
        showIcon
        title="This account is for programs: use it with --url."
      />
    </Frame>
  );
}

function PersonPage(props: ProjectsPageProps) {
  const { session, onDoubt } = props;
  const { projects, account_id } = session;
  const client = useClient(onDoubt);
  const [chosen, choose] = useChoice(projects);
  const select = projects.length > 1 && (
    <ProjectSelect {...{ projects, chosen }} onChoose={choose} />
  );
  return (
    <Frame {...props} select={select}>
      {!chosen && <Empty description="You have no project on this host." />}
      {chosen && client && (
        <ProjectView
          key={chosen.project_id}
          {...{ account_id, client, onDoubt }}
          project={chosen}
        />
      )}
    </Frame>
  );
}

interface ProjectViewProps {
  project: SessionProject;
  account_id: string;
  client: WireClient;
  onDoubt(): void;
}

function ProjectView(props: ProjectViewProps) {
  const { project, account_id, client, onDoubt } = props;
  const { md } = Grid.useBreakpoint();
  const lent = useMemo(() => doubting(client, onDoubt), [client, onDoubt]);
  return (
    <>
      <Typography.Title level={2}>{project.title}</Typography.Title>
      <ProjectBackupsPanel
        project_id={project.project_id}
        project={new Map(Object.entries(project))}
        account_id={account_id}
        role={project.role}
        getClient={() => Promise.resolve(lent)}
        mode={md === false ? "flyout" : "project"}
      />
    </>
  );
}

interface FrameProps extends ProjectsPageProps {
  select?: ReactNode;
  children: ReactNode;
}

function Frame({ session, onSignOut, select, children }: FrameProps) {
  const [stays, setStays] = useState(false);
  // It answers again.
  useEffect(() => setStays(false), [session]);
  const leave = async () => {
    setStays(false);
    if (!(await onSignOut())) setStays(true);
  };
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Flex
        component="header"
        align="center"
        gap="middle"
        wrap
        style={{ padding: "12px 16px" }}
      >
        <Typography.Title style={{ margin: 0, flex: 1, fontSize: 20 }}>
          Project backups
        </Typography.Title>
        {select}
        <Typography.Text type="secondary">
          Signed in as {session.name}
        </Typography.Text>
        <Button onClick={() => void leave()}>Sign out</Button>
      </Flex>
      <Layout.Content style={contentStyle}>
        {stays && <StillSignedIn onClose={() => setStays(false)} />}
        {children}
      </Layout.Content>
    </Layout>
  );
}

const contentStyle = {
  width: "100%",
  maxWidth: 1100,
  margin: "0 auto",
  padding: "8px 16px 48px",
  boxSizing: "border-box",
} as const;

function StillSignedIn({ onClose }: { onClose: () => void }) {
  return (
    <Alert
      type="error"
      showIcon
      title="You are still signed in: the host did not answer."
      closable={{ onClose }}
    />
  );
}
