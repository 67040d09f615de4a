/** The projects of an account, and the panel of the chosen one. */

import { Button, Empty, Flex, Layout, Select, Typography } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import {
  type ConatError,
  connect,
  type WireClient,
} from "../../conat-api/wire/index.js";
import type { Session, SessionProject } from "../../conat-api/wire/session.js";
import { ProjectBackupsPanel } from "../index.js";

export interface ProjectsPageProps {
  session: Session;
  onSignOut(): Promise<void>;
}

export function ProjectsPage({ session, onSignOut }: ProjectsPageProps) {
  const { projects, account_id, name } = session;
  const client = useClient(onSignOut);
  const [chosen, choose] = useChoice(projects);
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Flex
        component="header"
        align="center"
        gap="middle"
        wrap
        style={{ padding: "12px 24px" }}
      >
        <Typography.Title level={4} style={{ margin: 0, flex: 1 }}>
          Project backups
        </Typography.Title>
        {projects.length > 1 && (
          <Select
            aria-label="Project"
            value={chosen?.project_id ?? null}
            onChange={choose}
            options={projects.map(({ project_id, title }) => ({
              value: project_id,
              label: title,
            }))}
            style={{ minWidth: 240 }}
          />
        )}
        <Typography.Text type="secondary">Signed in as {name}</Typography.Text>
        <Button onClick={() => void onSignOut()}>Sign out</Button>
      </Flex>
      <Layout.Content
        style={{
          width: "100%",
          maxWidth: 1100,
          margin: "0 auto",
          padding: "8px 24px 48px",
        }}
      >
        {chosen && client ? (
          <>
            <Typography.Title level={2}>{chosen.title}</Typography.Title>
            <ProjectBackupsPanel
              key={chosen.project_id}
              project_id={chosen.project_id}
              project={new Map(Object.entries(chosen))}
              account_id={account_id}
              getClient={() => Promise.resolve(client)}
            />
          </>
        ) : (
          <Empty description="You have no project on this host." />
        )}
      </Layout.Content>
    </Layout>
  );
}

/** One connection for the page; the cookie says who it is. */
function useClient(onRefused: () => Promise<void>): WireClient | undefined {
  const [client, setClient] = useState<WireClient>();
  const refused = useRef(onRefused);
  useEffect(() => {
    const opened = connect({ address: window.location.origin });
    setClient(opened);
    opened.signedIn().catch((error: ConatError) => {
      if (error.code === 401) void refused.current();
    });
    return () => opened.close();
  }, []);
  return client;
}

/** The choice is in the address, so that it can be kept and sent. */
function useChoice(
  projects: readonly SessionProject[],
): [SessionProject | undefined, (project_id: string) => void] {
  const [asked, setAsked] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const follow = () => setAsked(window.location.hash.slice(1));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const chosen = useMemo(
    () => projects.find((one) => one.project_id === asked) ?? projects[0],
    [projects, asked],
  );
  const choose = (project_id: string) => {
    window.location.hash = project_id;
  };
  return [chosen, choose];
}
