import { escapeMarkup } from "#core/markup";
import type { Day } from "#domain/reports";

import { type Attachment, type Mail, oneLine } from "./mail";

/** What a recurring report comes with. */
interface ReportLetter {
  readonly siteTitle: string;
  /** First and last day that it is about; null for an open end. */
  readonly period: { readonly from: Day | null; readonly to: Day | null };
  /** Where whoever signs in can fetch it. */
  readonly fileUrl: string;
  /** The report itself; null when it is too large to go along. */
  readonly file: Attachment | null;
}

/** Brings a report to somebody who wants it. The same report to the same reader is the same mail. */
export function composeReportMail(
  reader: { readonly email: string; readonly name: string },
  { siteTitle, period, fileUrl, file }: ReportLetter,
): Mail {
  const site = oneLine(siteTitle);
  const days = [period.from, period.to].filter((day) => day !== null).join(" to ");
  const subject = `${site}: what was published${days === "" ? "" : `, ${days}`}`;
  const greeting = `Hello ${oneLine(reader.name)},`;
  const opening = file
    ? `the report about ${site}${days === "" ? "" : ` from ${days}`} is attached as ${file.fileName}.`
    : `the report about ${site}${days === "" ? "" : ` from ${days}`} is finished. It is too large for a mail.`;
  const place = "It can be fetched here by whoever is signed in and may see it:";
  const closing =
    "You get this because somebody who works on the publication put you down for it. They can take you off again.";
  const text = [greeting, opening, `${place}\n${fileUrl}`, closing].join("\n\n");
  const html = [
    `<p>${escapeMarkup(greeting)}</p>`,
    `<p>${escapeMarkup(opening)}</p>`,
    `<p>${escapeMarkup(place)}<br><a href="${escapeMarkup(fileUrl)}">${escapeMarkup(fileUrl)}</a></p>`,
    `<p>${escapeMarkup(closing)}</p>`,
  ].join("\n");
  return {
    to: reader.email,
    subject,
    text: `${text}\n`,
    html: `${html}\n`,
    ...(file ? { attachments: [file] } : {}),
  };
}
