import { sign } from "#core/tokens";
import type { SuppressionRow } from "#repository/suppressions";

/** An address that gets no mail, and why. Which address it is, nobody can read from it. */
export type Suppression = SuppressionRow;
export type SuppressionReason = Suppression["reason"];

/** Why an address may get no mail, from the weakest reason to the strongest. */
export const suppressionReasons = [
  "unsubscribe_all",
  "manual",
  "hard_bounce",
  "complaint",
] as const satisfies readonly SuppressionReason[];

/**
 * What an address is known by where the address itself must not be kept: an HMAC under the application's
 * secret. With another secret it is another address.
 *
 * @param email as `normaliseAddress` gives it.
 */
export const addressHashOf = (secret: string, email: string): Promise<string> =>
  sign(secret, "address", email);

/** Whether its owner lifts it by confirming anew. Who complained, or cannot be reached, gets no mail to confirm. */
export const isLiftedByOwner = (reason: SuppressionReason): boolean =>
  reason === "unsubscribe_all" || reason === "manual";
