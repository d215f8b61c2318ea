import { escapeMarkup } from "#core/markup";
import { consent } from "#domain/subscribers";

import { type Mail, oneLine, whenever } from "./mail";

interface Letter {
  readonly to: string;
  readonly siteTitle: string;
  /** Where the link in it leads. */
  readonly link: string;
}

/**
 * Asks whether an address wants mail. It holds nothing that whoever filled in the form has written: else
 * the form would send anybody's words to anybody.
 */
export function composeConfirmation(
  letter: Letter & { readonly expiresAt: string; readonly newsletters: readonly string[] },
): Mail {
  const site = oneLine(letter.siteTitle);
  const names = letter.newsletters.map(oneLine);
  const what = names.length === 0 ? site : `${names.join(", ")}, by ${site}`;
  return compose(letter, {
    subject: `Please confirm: ${site} by email`,
    heading: "Do you want this by email?",
    paragraphs: [
      `Somebody, we hope you, signed this address up for ${what}.`,
      `Open the page and press the button there to say: “${consent.text}”`,
    ],
    action: "Confirm my subscription",
    closing: [
      `The link works until ${whenever(letter.expiresAt)}.`,
      "If it was not you, you need not do anything: you will get nothing from us, and your address is deleted.",
    ],
  });
}

/** Tells somebody who signed up again that there is nothing left to do. */
export function composeReminder(letter: Letter): Mail {
  const site = oneLine(letter.siteTitle);
  return compose(letter, {
    subject: `You are subscribed to ${site} already`,
    heading: "You are subscribed already",
    paragraphs: [
      `Somebody, we hope you, signed this address up for ${site} again. Nothing has changed: you get what you got.`,
    ],
    action: "See or change what I get",
    closing: ["If it was not you, you can ignore this mail."],
  });
}

interface Words {
  readonly subject: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly action: string;
  readonly closing: readonly string[];
}

function compose({ to, link }: Letter, words: Words): Mail {
  const text = [...words.paragraphs, `${words.action}:\n${link}`, ...words.closing].join("\n\n");
  const small = "color:#5c6067;font-size:14px;line-height:1.5;margin:0 0 12px";
  const html = [
    `<div style="max-width:34em;margin:0 auto;padding:24px 16px;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#1d1f22">`,
    `<h1 style="font-size:22px;line-height:1.3;margin:0 0 16px">${escapeMarkup(words.heading)}</h1>`,
    ...words.paragraphs.map(
      (line) =>
        `<p style="font-size:16px;line-height:1.55;margin:0 0 16px">${escapeMarkup(line)}</p>`,
    ),
    `<p style="margin:24px 0"><a href="${escapeMarkup(link)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5a8a;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">${escapeMarkup(words.action)}</a></p>`,
    ...words.closing.map((line) => `<p style="${small}">${escapeMarkup(line)}</p>`),
    `<p style="${small};overflow-wrap:anywhere">The button leads to ${escapeMarkup(link)}</p>`,
    `</div>`,
  ].join("\n");
  return { to, subject: words.subject, text: `${text}\n`, html: `${html}\n` };
}
