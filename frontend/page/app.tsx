/** Signs in, then shows the projects of whoever did. */

import { App as Antd, Button, Result, Skeleton, Typography } from "antd";
import { IntlProvider } from "react-intl";
import { ProjectsPage } from "./projects-page.js";
import { SignInPage } from "./sign-in-page.js";
import { useSession } from "./use-session.js";

export interface AppProps {
  /** From the address this page was opened with. */
  token: string | undefined;
}

export function App({ token }: AppProps) {
  return (
    <IntlProvider locale="en">
      <Antd>
        <SignedInOrNot token={token} />
      </Antd>
    </IntlProvider>
  );
}

function SignedInOrNot({ token }: AppProps) {
  const { state, enter, leave, check } = useSession(token);
  switch (state.type) {
    case "asking":
      return <Skeleton active style={{ padding: 48 }} />;
    case "signed-in":
      return (
        <ProjectsPage
          // Another person's page has another connection.
          key={state.session.account_id}
          session={state.session}
          onSignOut={leave}
          onDoubt={check}
        />
      );
    case "signed-out":
      return <SignInPage reason={state.reason} onToken={enter} />;
    case "unreachable":
      return <UnreachablePage onTryAgain={check} />;
  }
}

function UnreachablePage({ onTryAgain }: { onTryAgain: () => Promise<void> }) {
  return (
    <Result
      status="warning"
      title={
        <Typography.Title style={{ fontSize: 24 }}>
          The host does not answer
        </Typography.Title>
      }
      subTitle="It may be restarting: this page asks again by itself. Your backups are not affected."
      extra={<Button onClick={() => void onTryAgain()}>Try again</Button>}
    />
  );
}
