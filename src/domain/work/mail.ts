import { escapeMarkup } from "#core/markup";
import type { Role } from "#domain/actors";

/** A mail as it is handed over for delivery. */
export interface Mail {
  /** An address alone. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** `Name <address>`, or an address; the sender of all mails without it. */
  readonly from?: string;
  readonly replyTo?: string;
  /** Only what every provider lets through: `X-…`, `List-…`, `Precedence`, `Auto-Submitted`, `References`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly Attachment[];
}

export interface Attachment {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What both mails know. */
interface Letter {
  readonly to: string;
  readonly siteTitle: string;
  readonly siteUrl: string;
  readonly token: string;
  readonly expiresAt: string;
}

/** Asks somebody to join. */
export function composeInvite(
  letter: Letter & { readonly role: Role; readonly inviterName: string | null },
): Mail {
  const site = oneLine(letter.siteTitle);
  const inviter = oneLine(letter.inviterName ?? "") || "The owner";
  return compose(letter, {
    subject: `You are invited to write for ${site}`,
    opening: `${inviter} invites you to join ${site} as ${article(letter.role)} ${letter.role}.`,
    action: "Accept the invitation",
    path: "accept-invite",
    byHand: `POST /v1/auth/signup with your name, this address, a password and the token as "invite_token"`,
    closing: "If you did not expect this, you can ignore it: nothing happens.",
  });
}

/** Lets somebody choose a new password. */
export function composePasswordReset(letter: Letter & { readonly name: string | null }): Mail {
  const site = oneLine(letter.siteTitle);
  const name = oneLine(letter.name ?? "");
  return compose(letter, {
    subject: `Choose a new password for ${site}`,
    opening: `Hello${name === "" ? "" : ` ${name}`}, somebody asked for a new password for your account at ${site}.`,
    action: "Choose a new password",
    path: "reset-password",
    byHand: `POST /v1/auth/password-reset/confirm with the token as "token" and the new password as "password"`,
    closing: "If it was not you, you can ignore this: your password stays as it is.",
  });
}

interface Words {
  readonly subject: string;
  readonly opening: string;
  readonly action: string;
  readonly path: string;
  readonly byHand: string;
  readonly closing: string;
}

function compose({ to, siteUrl, token, expiresAt }: Letter, words: Words): Mail {
  const link = `${siteUrl}/${words.path}?token=${encodeURIComponent(token)}`;
  const validity = `This works once, until ${whenever(expiresAt)}.`;
  const text = [
    words.opening,
    `${words.action}:\n${link}`,
    validity,
    `If that page does not exist yet: ${words.byHand}.\nThe token is\n${token}`,
    words.closing,
  ].join("\n\n");
  const html = [
    `<p>${escapeMarkup(words.opening)}</p>`,
    `<p><a href="${escapeMarkup(link)}">${escapeMarkup(words.action)}</a></p>`,
    `<p>${escapeMarkup(validity)}</p>`,
    `<p>If that page does not exist yet: ${escapeMarkup(words.byHand)}. The token is<br><code>${escapeMarkup(token)}</code></p>`,
    `<p>${escapeMarkup(words.closing)}</p>`,
  ].join("\n");
  return { to, subject: words.subject, text: `${text}\n`, html: `${html}\n` };
}

/** What comes from people and settings must not begin a new line: in a header that would be a new header. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();

const article = (role: Role): string => (/^[aeo]/u.test(role) ? "an" : "a");

export const whenever = (moment: string): string => `${moment.slice(0, 16).replace("T", " ")} UTC`;
