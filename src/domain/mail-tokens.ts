import { newId, secondsFromNow } from "#core/ids";
import { sha256, sign } from "#core/tokens";
import type { InviteRecord, NewMailToken } from "#repository/mail-tokens";

/** An invitation that can still be accepted. */
export type Invite = InviteRecord;

type Purpose = NewMailToken["purpose"];

const purposes = {
  invite: { prefix: "inv", seconds: 7 * 24 * 60 * 60 },
  password_reset: { prefix: "rst", seconds: 30 * 60 },
} as const satisfies Record<Purpose, { prefix: string; seconds: number }>;

/**
 * The token that a mail carries: `prefix_id.signature`. It follows from its row and the application's
 * secret, so the task that mails it can make it again, and the secret itself is kept nowhere.
 */
export async function mailTokenOf(
  secret: string,
  { id, purpose }: Pick<NewMailToken, "purpose"> & { id: string },
): Promise<string> {
  return `${purposes[purpose].prefix}_${id}.${await sign(secret, `mail:${purpose}`, id)}`;
}

/** The row of a new token, for an address in lower case. */
export async function newMailToken<const Holder extends Pick<NewMailToken, "purpose" | "email">>(
  secret: string,
  holder: Holder,
): Promise<Holder & { id: string; tokenHash: string; expiresAt: string }> {
  const id = newId();
  const token = await mailTokenOf(secret, { id, purpose: holder.purpose });
  const expiresAt = secondsFromNow(purposes[holder.purpose].seconds);
  return { ...holder, id, tokenHash: await sha256(token), expiresAt };
}
