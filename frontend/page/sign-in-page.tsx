/** For whoever is not signed in: what to do about it. */

import { Alert, Button, Card, Flex, Form, Input, Typography } from "antd";
import { useState } from "react";

export interface SignInPageProps {
  /** Why the last token was refused, or the sign-in ended. */
  reason: string | undefined;
  onToken(token: string): Promise<void>;
}

export function SignInPage({ reason, onToken }: SignInPageProps) {
  const [busy, setBusy] = useState(false);
  const submit = async ({ token }: { token: string }) => {
    setBusy(true);
    await onToken(token.trim()).finally(() => setBusy(false));
  };
  return (
    <Flex justify="center" style={{ padding: "10vh 16px" }}>
      <Card style={{ maxWidth: 520, width: "100%" }}>
        <Typography.Title style={{ fontSize: 24 }}>
          Project backups
        </Typography.Title>
        {reason && (
          <Alert
            type="error"
            showIcon
            title="You are not signed in"
            description={reason}
            style={{ marginBottom: 16 }}
          />
        )}
        <Typography.Paragraph>
          Open the link that the host printed when it was started, or get a new
          one on the host:
        </Typography.Paragraph>
        <Typography.Paragraph code>
          project-backups account link NAME --at {window.location.origin}
        </Typography.Paragraph>
        <Typography.Paragraph>Or paste your token:</Typography.Paragraph>
        <Form layout="vertical" onFinish={submit} requiredMark={false}>
          <Form.Item
            name="token"
            label="Token"
            rules={[
              { required: true, whitespace: true, message: "Paste a token." },
            ]}
          >
            <Input.Password autoComplete="off" />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            Sign in
          </Button>
        </Form>
      </Card>
    </Flex>
  );
}
