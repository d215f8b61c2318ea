import { env } from "cloudflare:workers";

import { createContext } from "#core/context";
import { newId, secondsFromNow } from "#core/ids";
import { randomHex, randomSecret, sha256 } from "#core/tokens";
import type { Role } from "#domain/actors";
import { apiKeys, sessions, users } from "#repository/models";

const context = createContext(env, { waitUntil: () => undefined }, "given");

type NewUser = Partial<typeof users.$inferInsert>;

/** Somebody with an account, signed in. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly email: string;
  readonly role: Role;
  readonly sessionId: string;
  /** Their session's token. */
  readonly token: string;
  readonly headers: { readonly authorization: string };
}

/** A new user with a session. Has no password unless a hash is given. */
export async function givenUser({
  role = "editor",
  ...given
}: NewUser & { role?: Role } = {}): Promise<Person> {
  const mark = randomHex(12);
  const id = newId();
  const name = given.name ?? `Person ${mark}`;
  const slug = given.slug ?? `person-${mark}`;
  const email = given.email ?? `person-${mark}@example.com`;
  await context.db.insert(users).values({ ...given, id, name, slug, email, role });
  return { id, name, slug, email, role, ...(await signedIn({ id })) };
}

/** One more session for somebody. */
export async function signedIn({
  id,
}: {
  id: string;
}): Promise<Pick<Person, "sessionId" | "token" | "headers">> {
  const sessionId = newId();
  const token = `ses_${randomSecret()}`;
  await context.db.insert(sessions).values({
    id: sessionId,
    userId: id,
    tokenHash: await sha256(token),
    expiresAt: secondsFromNow(14 * 24 * 3600),
  });
  return { sessionId, token, headers: bearer(token) };
}

/** An imported author: a name on posts, without address, password or session. */
export async function givenAuthor(
  given: NewUser = {},
): Promise<{ id: string; slug: string; name: string }> {
  const mark = randomHex(12);
  const id = given.id ?? newId();
  const name = given.name ?? `Author ${mark}`;
  const slug = given.slug ?? `author-${mark}`;
  await context.db.insert(users).values({ role: "author", ...given, id, name, slug });
  return { id, slug, name };
}

export interface GivenKey {
  readonly id: string;
  readonly key: string;
  readonly headers: { readonly authorization: string };
}

/** A secret key of somebody. */
export const givenSecretKey = (
  owner: { id: string },
  scopes: readonly string[],
): Promise<GivenKey> => insertKey("secret", `sk_${randomSecret()}000000`, owner, scopes);

/** A publishable key of somebody. */
export const givenPublishableKey = (owner: { id: string }): Promise<GivenKey> =>
  insertKey("publishable", randomHex(26), owner, []);

async function insertKey(
  kind: "secret" | "publishable",
  key: string,
  owner: { id: string },
  scopes: readonly string[],
): Promise<GivenKey> {
  const id = newId();
  await context.db.insert(apiKeys).values({
    id,
    kind,
    name: `Key ${randomHex(6)}`,
    keyHash: await sha256(key),
    hint: key.slice(-4),
    scopes: [...scopes],
    createdBy: owner.id,
  });
  return { id, key, headers: bearer(key) };
}

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** An address that nobody else comes from: an IPv6 /64 of its own, of the range for documentation. */
export const newAddress = (): string => `2001:db8:${randomHex(4)}:${randomHex(4)}::1`;
