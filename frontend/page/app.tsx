/** Signs in, then shows the projects of whoever did. */

import { App as Antd, Result, Skeleton, Button } from "antd";
import { useCallback, useEffect, useState } from "react";
import { IntlProvider } from "react-intl";
import { ProjectsPage } from "./projects-page.js";
import { readSession, signIn, type SignInResult, signOut } from "./session.js";
import { SignInPage } from "./sign-in-page.js";

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
  const [result, setResult] = useState<SignInResult>();
  const look = useCallback(async () => setResult(await readSession()), []);
  const enter = useCallback(
    async (secret: string) => setResult(await signIn(secret)),
    [],
  );
  const leave = useCallback(async () => {
    await signOut();
    setResult({ type: "signed-out" });
  }, []);
  useEffect(() => {
    void (token === undefined ? look() : enter(token));
  }, [token, look, enter]);

  if (!result) return <Skeleton active style={{ padding: 48 }} />;
  if (result.type === "signed-in") {
    return <ProjectsPage session={result.session} onSignOut={leave} />;
  }
  if (result.type === "signed-out") {
    return <SignInPage reason={result.reason} onToken={enter} />;
  }
  return (
    <Result
      status="warning"
      title="The host does not answer"
      subTitle="It may be restarting. Your backups are not affected."
      extra={<Button onClick={() => void look()}>Try again</Button>}
    />
  );
}
