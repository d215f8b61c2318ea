import { escapeMarkup } from "#core/markup";
import { apiUrlOf, type Settings } from "#core/settings";
import type { Send } from "#domain/sends";
import { subscriberTokenOf } from "#domain/subscriber-tokens";
import { oneLine } from "#domain/work/mail";
import type { OutgoingMail } from "#domain/work/mail-provider";

import { compileTemplate } from "./places";
import type { RenderedLetter } from "./template";

/** A letter, and what its headers tell of where it comes from. */
export interface Mailing extends RenderedLetter {
  readonly sendId: string;
  readonly newsletterId: string;
  readonly sender: Send["sender"];
  readonly replyTo: Send["replyTo"];
}

/** Somebody who gets it. */
export interface Reader {
  /** Of the line in the ledger. */
  readonly id: string;
  readonly subscriberId: string;
  readonly email: string;
  readonly name: string | null;
}

export type MailSettings = Pick<Settings, "APP_SECRET" | "SITE_URL" | "API_URL">;

/**
 * Makes the mails of a mailing: for the same reader always the same bytes, so that a request which is sent
 * again is the same request.
 */
export function mailMaker(mailing: Mailing, settings: MailSettings) {
  const [subject, html, text] = [
    compileTemplate(mailing.subject, oneLine),
    compileTemplate(mailing.html, escapeMarkup),
    compileTemplate(mailing.text, (value) => value),
  ];
  const common = commonHeaders(mailing, settings);
  return async (reader: Reader): Promise<OutgoingMail> => {
    const links = await linksOf(mailing, reader, settings);
    const personal = { ...links, name: oneLine(reader.name ?? "").slice(0, 100) };
    return {
      to: reader.email,
      from: mailing.sender,
      subject: subject(personal),
      html: html(personal),
      text: text(personal),
      headers: {
        ...common,
        "List-Unsubscribe": `<${links.unsubscribe_url}>`,
        "X-Entity-Ref-ID": `${mailing.sendId}.${reader.id}`,
      },
      ...(mailing.replyTo === null ? {} : { replyTo: mailing.replyTo }),
    };
  };
}

/** Both links are for their reader alone, and need no sign-in. */
async function linksOf(
  { newsletterId }: Mailing,
  { subscriberId }: Reader,
  settings: MailSettings,
) {
  const { APP_SECRET: secret } = settings;
  const base = apiUrlOf(settings);
  const [unsubscribe, preferences] = await Promise.all([
    subscriberTokenOf(secret, "unsubscribe", subscriberId, newsletterId),
    subscriberTokenOf(secret, "preferences", subscriberId),
  ]);
  return {
    unsubscribe_url: `${base}/unsubscribe?token=${unsubscribe}`,
    preferences_url: `${base}/preferences?token=${preferences}`,
  };
}

/**
 * What every mail of a mailing has: one-click unsubscribing (RFC 8058), which list it is (RFC 2919), and
 * for Gmail's feedback loop what complaints are counted by. A list keeps its id when it gets another name.
 */
const commonHeaders = ({ sendId, newsletterId }: Mailing, { SITE_URL }: MailSettings) => ({
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  "List-Id": `<${newsletterId}.${new URL(SITE_URL).hostname}>`,
  Precedence: "bulk",
  "X-Feedback-ID": `${sendId}:${newsletterId}:newsletter:imprint`,
});
