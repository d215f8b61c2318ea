import { isUnavailable } from "./db";
import type { Backoff } from "./jobs";

/**
 * Waits longer after each failure, and never in step with others: between half and all of
 * `min(cap, base · 2^failures)` seconds.
 */
export function backoffSeconds(
  { baseSeconds, capSeconds }: Backoff,
  failures: number,
  random: () => number = Math.random,
): number {
  return Math.min(capSeconds, baseSeconds * 2 ** failures) * (0.5 + random() / 2);
}

const ATTEMPTS = 3;

/**
 * Sends to the database again when no answer came. Only for what can be sent twice.
 *
 * @throws what the last attempt threw, and at once whatever is not the database's absence.
 */
export async function insist<Answer>(send: (attempt: number) => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(attempt);
    } catch (error) {
      if (attempt === ATTEMPTS || !isUnavailable(error)) throw error;
      await scheduler.wait(backoffSeconds({ baseSeconds: 0.1, capSeconds: 2 }, attempt) * 1000);
    }
  }
}
