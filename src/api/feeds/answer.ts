import type { Context as HonoContext } from "hono";

import { isKnown } from "#api/answers";
import type { AppEnv } from "#api/dependencies";
import { sha256 } from "#core/tokens";

/**
 * A change may be saved a moment after the time it bears, and two in one second bear the same. What is
 * younger than this, in milliseconds, has no date that could be relied on.
 */
const SETTLED_MS = 60_000;

export interface Printed {
  readonly text: string;
  readonly type: string;
  /** Null when nothing is known. */
  readonly changedAt: string | null;
}

/**
 * Answers with a text that others than our own clients read: with a strong ETag, with Last-Modified where
 * that is certain, and with 304 to whoever has it (RFC 9110, sections 8.8.2 and 13.2.2).
 */
export async function answerPrinted(
  c: HonoContext<AppEnv>,
  { text, type, changedAt }: Printed,
): Promise<Response> {
  const digest = await sha256(text);
  c.header("ETag", `"${digest.slice(0, 32)}"`);
  const changed = changedAt === null ? Number.NaN : Date.parse(changedAt);
  const isSettled = changed < Date.now() - SETTLED_MS;
  if (isSettled) c.header("Last-Modified", new Date(changed).toUTCString());
  if (isKnown(c) || (isSettled && isUnchangedSince(c, changed))) return c.body(null, 304);
  return c.body(text, 200, { "Content-Type": type });
}

/** Whoever names an ETag is answered by that alone. */
function isUnchangedSince(c: HonoContext<AppEnv>, changed: number): boolean {
  const since = c.req.header("if-modified-since");
  if (since === undefined || c.req.header("if-none-match") !== undefined) return false;
  return Date.parse(since) >= Math.floor(changed / 1000) * 1000;
}
