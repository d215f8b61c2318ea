import { TooManyAttempts } from "#api/exceptions";
import type { Database, Statement } from "#core/db";
import type { Throttle } from "#domain/throttles";
import { abortReasonOf, abortUnless } from "#repository/guards";
import { areWithin, countAttempt } from "#repository/throttles";

/**
 * The statement that counts one more attempt.
 *
 * @param subject what is tried on: the caller's network, or the digest of a field that the route itself
 *   reads. Never the field: the table is to hold nobody's address, and to have keys of one length.
 * @param within what was counted before in the same batch: an attempt that is refused for one of these
 *   does not count here.
 */
export const countAgainst = (
  db: Database,
  throttle: Throttle,
  subject: string,
  within: readonly (readonly [Throttle, string])[] = [],
) =>
  countAttempt(
    db,
    keyOf(throttle, subject),
    throttle.windowSeconds,
    within.length === 0 ? undefined : areWithin(within.map(limitOf)),
  );

const limitOf = ([throttle, subject]: readonly [Throttle, string]) => ({
  subject: keyOf(throttle, subject),
  limit: throttle.limit,
});

const keyOf = ({ name }: Throttle, subject: string): string => `${name} ${subject}`;

type Counted = Awaited<ReturnType<typeof countAttempt>>;

const EXCEEDED = "throttle_exceeded";

/** Undoes the batch when one of these, counted before in it, is over its limit. See {@link unlessExceeded}. */
export const abortIfExceeded = (
  db: Database,
  counted: readonly (readonly [Throttle, string])[],
): Statement => abortUnless(db, areWithin(counted.map(limitOf)), EXCEEDED);

/** Sends a batch, and lets it pass in silence when it was undone by {@link abortIfExceeded}. */
export async function unlessExceeded(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (abortReasonOf(error) !== EXCEEDED) throw error;
  }
}

/** @throws {TooManyAttempts} 42900 with the longest wait of those that are over their limit. */
export function refuseExcess(...counts: readonly (readonly [Throttle, Counted])[]): void {
  const waits = counts.flatMap(([{ limit }, [row]]) =>
    row && row.attempts > limit ? [row.retryAfterSeconds] : [],
  );
  if (waits.length > 0) throw new TooManyAttempts(Math.max(...waits));
}
