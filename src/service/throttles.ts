import { TooManyAttempts } from "#api/exceptions";
import type { Database } from "#core/db";
import type { Throttle } from "#domain/throttles";
import { countAttempt } from "#repository/throttles";

/**
 * The statement that counts one more attempt.
 *
 * @param subject what is tried on: the caller's network, or the digest of a field that the route itself
 *   reads. Never the field: the table is to hold nobody's address, and to have keys of one length.
 */
export const countAgainst = (db: Database, { name, windowSeconds }: Throttle, subject: string) =>
  countAttempt(db, `${name} ${subject}`, windowSeconds);

type Counted = Awaited<ReturnType<typeof countAttempt>>;

/** @throws {TooManyAttempts} 42900 with the longest wait of those that are over their limit. */
export function refuseExcess(...counts: readonly (readonly [Throttle, Counted])[]): void {
  const waits = counts.flatMap(([{ limit }, [row]]) =>
    row && row.attempts > limit ? [row.retryAfterSeconds] : [],
  );
  if (waits.length > 0) throw new TooManyAttempts(Math.max(...waits));
}
