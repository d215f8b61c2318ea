import { sign, verify } from "#core/tokens";

/** What the bearer of a link in a mail may do, and nothing else. */
export type SubscriberPurpose = "confirm" | "unsubscribe" | "preferences";

/**
 * A token for one purpose: `subject.signature`, with HMAC-SHA-256. Unsubscribing and preferences never
 * expire (RFC 8058 links must work for as long as the mail is kept); a confirmation is over with the id
 * that it names.
 *
 * @param subject ids, joined by `.`: whose token, and for which newsletter or question.
 */
export const subscriberTokenOf = async (
  secret: string,
  purpose: SubscriberPurpose,
  ...subject: readonly string[]
): Promise<string> =>
  `${subject.join(".")}.${await sign(secret, `subscriber:${purpose}`, subject.join("."))}`;

/** The ids a token was made for; undefined when it is not one of ours for this purpose. */
export async function readSubscriberToken(
  secret: string,
  purpose: SubscriberPurpose,
  token: string,
): Promise<readonly string[] | undefined> {
  const at = token.lastIndexOf(".");
  const [subject, signature] = [token.slice(0, Math.max(at, 0)), token.slice(at + 1)];
  const isOurs = await verify(secret, `subscriber:${purpose}`, subject, signature);
  return isOurs ? subject.split(".") : undefined;
}
