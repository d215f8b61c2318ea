import { newId, now } from "#core/ids";
import type { NewsletterRow } from "#repository/newsletters";

/** What readers sign up for, and what posts are sent through. */
export type Newsletter = NewsletterRow;

/** What people decide about a newsletter. */
export type NewsletterFields = Omit<Newsletter, "id" | "createdAt" | "updatedAt" | "version">;

const blank: Omit<NewsletterFields, "name" | "slug"> = {
  description: null,
  status: "active",
  isDefault: false,
  senderName: null,
  senderEmail: null,
  replyTo: null,
  postalAddress: null,
  accentColor: null,
};

/** A newsletter that nobody has saved yet, at version 1. */
export function newNewsletter(
  fields: Partial<NewsletterFields> & Pick<NewsletterFields, "name" | "slug">,
): Newsletter {
  const moment = now();
  return { ...blank, ...fields, id: newId(), createdAt: moment, updatedAt: moment, version: 1 };
}

/** The newsletter with some of it changed, one version on. */
export const reviseNewsletter = (
  newsletter: Newsletter,
  change: Partial<NewsletterFields>,
): Newsletter => ({
  ...newsletter,
  ...change,
  updatedAt: now(),
  version: newsletter.version + 1,
});

/**
 * `Name <address>` as a newsletter's mails come from it: what it does not say is as with all other mails.
 *
 * @param mailFrom the sender of all other mails.
 */
export function senderOf(
  { name, senderName, senderEmail }: Pick<Newsletter, "name" | "senderName" | "senderEmail">,
  mailFrom: string,
): string {
  const email = senderEmail ?? /<([^<>\s]+)>\s*$/u.exec(mailFrom)?.[1] ?? mailFrom.trim();
  // A display name in quotes may hold anything but quotes, backslashes and ends of lines (RFC 5322, 3.2.4).
  const shown = (senderName ?? name).replaceAll(/["\\<>\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return `"${shown}" <${email}>`;
}
