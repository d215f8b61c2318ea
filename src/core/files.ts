/**
 * R2's errors that pass: nothing said, something inside it, not available, cut off, too much at once. The others are
 * mistakes of whoever asks.
 */
const passing: ReadonlySet<number> = new Set([0, 10_001, 10_043, 10_054, 10_058]);

/**
 * True when R2 could not serve: the same request may succeed later. Its binding throws plain errors that end in
 * R2's own code: `put: We encountered an internal error. Please try again. (10001)`.
 */
export function isStorageAway(error: unknown): boolean {
  const code = error instanceof Error ? /^\w+: .*\((\d+)\)$/su.exec(error.message)?.[1] : undefined;
  return code !== undefined && passing.has(Number(code));
}
