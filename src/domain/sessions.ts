import { newId, secondsFromNow } from "#core/ids";
import { randomSecret, sha256 } from "#core/tokens";
import type { NewSession, SessionRecord } from "#repository/sessions";

import type { Caller } from "./actors";

/** A sign-in that lasts, as its owner may see it. */
export type Session = SessionRecord;

/** For how long a session lives, in seconds, however much it is used. */
export const SESSION_SECONDS = 14 * 24 * 60 * 60;

/** What somebody is given when they sign in. */
export interface Ticket {
  readonly token: string;
  readonly expiresAt: string;
}

/** A new session: the row to save, which has only the hash, and the token, which nobody sees again. */
export async function openSession(
  userId: string,
  { network, userAgent }: Pick<Caller, "network" | "userAgent">,
): Promise<{ row: NewSession & { id: string }; ticket: Ticket }> {
  const token = `ses_${randomSecret()}`;
  const expiresAt = secondsFromNow(SESSION_SECONDS);
  return {
    row: { id: newId(), userId, tokenHash: await sha256(token), expiresAt, network, userAgent },
    ticket: { token, expiresAt },
  };
}
