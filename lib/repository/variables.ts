/** Which variables of the environment may be seen in a command line. */

export interface Variables {
  plain: Readonly<Record<string, string>>;
  /** With a user name or password in them: these go into the profile. */
  secret: Readonly<Record<string, string>>;
}

/** `http://user:password@proxy`, with or without the scheme. */
const withUser = /^(\w+:\/\/)?[^/\s]*@/;

export function splitVariables(
  environment: Readonly<Record<string, string>>,
): Variables {
  const all = Object.entries(environment);
  const hidden = ([, value]: [string, string]) => withUser.test(value);
  return {
    plain: Object.fromEntries(all.filter((one) => !hidden(one))),
    secret: Object.fromEntries(all.filter(hidden)),
  };
}
