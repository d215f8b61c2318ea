import type { Mail } from "./mail";

/** A mail as providers get it: with its sender, and with every header beyond those that providers write. */
export type OutgoingMail = Mail & Required<Pick<Mail, "from" | "headers">>;

/** What became of one mail. */
export type Fate =
  | { readonly kind: "sent" }
  /** Wrong with this mail or its recipient, and it stays wrong. */
  | { readonly kind: "refused"; readonly code: string }
  /** Not taken; it may be in so many seconds. */
  | { readonly kind: "later"; readonly afterSeconds: number }
  /** Not taken, and no other would be: somebody has to change a setting. */
  | { readonly kind: "blocked"; readonly code: string }
  /** It may have gone, or not. */
  | { readonly kind: "unknown" };

/**
 * What can be done when no answer came: `key`, send again, for the provider takes the same key once;
 * `search`, look whether it arrived; `none`, nothing.
 */
export type Safety = "key" | "search" | "none";

/** Whoever carries mails out of the house. */
export interface MailProvider {
  readonly name: "cloudflare" | "resend" | "outbox";
  /** How many mails one call may hold. */
  readonly batchSize: number;
  readonly safety: Safety;
  /**
   * Hands mails over: one fate for each, in their order.
   *
   * @param key the same for the same mails.
   * @throws {Error} when nobody can tell what became of any of them.
   */
  send(mails: readonly OutgoingMail[], key: string): Promise<readonly Fate[]>;
  /** Of what was handed over under a key, the addresses whose mail was taken. Only where safety is `search`. */
  find?(key: string): Promise<ReadonlySet<string>>;
}

/** How long a provider may take to answer, in milliseconds. */
export const PATIENCE_MS = 15_000;

/** How long to wait when a provider does not say, in seconds. */
const PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 24 * 3600;

/** Seconds from `Retry-After` (RFC 9110, section 10.2.3): a number of them, or a date. */
export function pauseOf(response: Response): number {
  const header = response.headers.get("retry-after") ?? "";
  const seconds = /^\d+$/u.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Math.min(
    LONGEST_PAUSE_SECONDS,
    Math.max(1, Number.isNaN(seconds) ? PAUSE_SECONDS : seconds),
  );
}

/** `Name <address>` in its two parts; the name is empty for an address alone. */
export function addressOf(text: string): { readonly name: string; readonly email: string } {
  const [, name = "", email] = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>\s*$/u.exec(text) ?? [];
  return { name, email: email ?? text.trim() };
}

/** Base64 (RFC 4648, section 4), a piece at a time: an attachment has more bytes than a call has arguments. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x80_00) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x80_00));
  }
  return btoa(binary);
}
