/** What the person at the keyboard is told once everything runs. */
export interface Addresses {
  readonly api: string;
  readonly mail: string;
  readonly database: string;
  readonly data: string;
  /** The owner that the data folder knows, with the file of their sign-in; null when it knows none. */
  readonly owner: { readonly email: string; readonly file: string } | null;
  /** Nobody has signed up yet. */
  readonly unclaimed: boolean;
  /** A post to read; null when there is none of ours. */
  readonly slug: string | null;
}

/** The block of text that says where everything is, with three requests to try. */
export function banner(addresses: Addresses): string {
  const { api } = addresses;
  const rows = [
    ["API", api],
    ["Reference", `${api}/docs`],
    ["Mail", addresses.mail],
    ["Sign-in", signIn(addresses)],
    ["Data", addresses.data],
    ["Database", addresses.database],
  ];
  const lines = rows.map(([name, value]) => `  ${(name ?? "").padEnd(10)} ${value}`);
  const requests = tries(addresses).map((line) => `    ${line}`);
  return [
    "",
    "  Imprint runs.",
    "",
    ...lines,
    "",
    "  Try",
    ...requests,
    "",
    "  Ctrl-C stops it.",
    "",
  ].join("\n");
}

function signIn({ owner, unclaimed }: Addresses): string {
  if (owner) return `${owner.email}, password in ${owner.file}`;
  return unclaimed ? "the first sign-up becomes the owner" : "with the account you made";
}

function tries({ api, owner, unclaimed, slug }: Addresses): string[] {
  const json = "-H 'content-type: application/json'";
  if (!owner) {
    const account = `{"name":"You","email":"you@example.com","password":"a long passphrase"}`;
    const signUp = `curl ${api}/v1/auth/signup ${json} -d '${account}'`;
    return [
      unclaimed ? signUp : `curl ${api}/openapi.json`,
      `curl ${api}/v1/posts`,
      `curl ${api}/health/ready`,
    ];
  }
  const token = `$(curl -s ${api}/v1/auth/signin ${json} -d @${owner.file} | grep -o 'ses_[^"]*')`;
  return [
    slug === null ? `curl '${api}/v1/posts?limit=3'` : `curl ${api}/v1/posts/${slug}`,
    `TOKEN=${token}`,
    `curl ${api}/v1/posts ${json} -H "authorization: Bearer $TOKEN" -d '{"title":"Hello"}'`,
  ];
}
