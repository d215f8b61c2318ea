import { normaliseAddress } from "#core/addresses";

/** What a mail provider tells of a mail, as far as it concerns whether its address may get more. */
export type MailReportKind = "delivered" | "soft_bounce" | "hard_bounce" | "complaint";

export interface MailReport {
  readonly kind: MailReportKind;
  /** As `normaliseAddress` gives it. */
  readonly email: string;
  /** By the provider's clock; reports come in any order. */
  readonly at: string;
}

/** As much of a report of Resend's as is looked at. */
export interface ResendReport {
  readonly type: string;
  readonly created_at?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How many mails in a row may come back for the time being until no more are sent. */
export const SOFT_BOUNCES = 5;

/**
 * Reads a report of Resend's.
 *
 * @param received when it came, for one that does not say when it was.
 * @returns undefined for what changes nothing: other kinds, and mails to several recipients at once, of whom
 *   nobody can tell which one it was.
 * @see https://resend.com/docs/dashboard/webhooks/event-types
 */
export function readResendReport(
  { type, created_at, data }: ResendReport,
  received: string,
): MailReport | undefined {
  const kind = kindOf(type, data["bounce"]);
  const to: unknown =
    Array.isArray(data["to"]) && data["to"].length === 1 ? data["to"][0] : data["to"];
  if (kind === undefined || typeof to !== "string") return undefined;
  const email = normaliseAddress(/<([^<>]*)>\s*$/u.exec(to)?.[1] ?? to.trim());
  const time = Date.parse(created_at ?? "");
  // What claims to be from the future must not outweigh all that is to come.
  const at =
    Number.isNaN(time) || time > Date.parse(received) ? received : new Date(time).toISOString();
  return email === undefined ? undefined : { kind, email, at };
}

function kindOf(type: string, bounce: unknown): MailReportKind | undefined {
  if (type === "email.delivered") return "delivered";
  if (type === "email.complained") return "complaint";
  // Resend keeps a list of its own, of addresses that bounced for good or complained.
  if (type === "email.suppressed") return "hard_bounce";
  if (type !== "email.bounced") return undefined;
  const isPermanent =
    typeof bounce === "object" &&
    bounce !== null &&
    "type" in bounce &&
    bounce.type === "Permanent";
  return isPermanent ? "hard_bounce" : "soft_bounce";
}

/**
 * How many mails have come back in a row, in whatever order the reports came.
 *
 * @param reports of one address, newest first by the provider's clock.
 */
export function softBouncesIn(
  reports: readonly { readonly kind: string; readonly createdAt: string }[],
): number {
  const lastDelivered = reports.find(({ kind }) => kind === "delivered")?.createdAt ?? "";
  return reports.filter(
    ({ kind, createdAt }) => kind === "soft_bounce" && createdAt > lastDelivered,
  ).length;
}
