import { escapeMarkup } from "#core/markup";
import { languageOf } from "#domain/languages";
import { renderMarkdown } from "#domain/markdown";
import type { Newsletter } from "#domain/newsletters";
import { oneLine } from "#domain/work/mail";

import { day, defaultAccent, night, readableOn } from "./colors";
import { absolute, toMailHtml } from "./content";
import { toMailText } from "./plain";

/** What a mail about a post is made of. */
export interface Letter {
  readonly newsletter: Pick<Newsletter, "name" | "postalAddress" | "accentColor">;
  readonly post: {
    readonly title: string;
    readonly content: string;
    readonly customExcerpt: string | null;
    readonly featureImage: string | null;
    readonly slug: string;
    readonly publishedAt: string | null;
    readonly authors: readonly { readonly name: string }[];
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly siteTitle: string;
  readonly siteUrl: string;
  /** Where `/media/…` is answered. */
  readonly apiUrl: string;
}

/** A mail with places for what is personal; see `places.ts`. */
export interface RenderedLetter {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Renders a post as a mail, once for all its readers. Equal letters give equal bytes. */
export function renderLetter(letter: Letter): RenderedLetter {
  const { newsletter, post, siteTitle, siteUrl, apiUrl } = letter;
  const rendered = renderMarkdown(post.content);
  const url = `${siteUrl}/${post.slug}`;
  const accent = readableOn(day.sheet, newsletter.accentColor ?? defaultAccent);
  const options = { url, mediaUrl: apiUrl, accent };
  const image = post.featureImage === null ? undefined : absolute(post.featureImage, options);
  const view: View = {
    language: languageOf(post.metadata["lang"], `${post.title}\n${post.content}`),
    subject: oneLine(post.title),
    preheader: oneLine(post.customExcerpt ?? rendered.excerpt),
    meta: [bylineOf(post.authors), dateOf(post.publishedAt)]
      .filter((part) => part !== "")
      .join(" · "),
    url,
    image: image !== undefined && /^https?:/u.test(image) ? image : null,
    body: toMailHtml(rendered.html, options),
    accent,
    nightAccent: readableOn(night.sheet, newsletter.accentColor ?? defaultAccent),
    newsletterName: newsletter.name,
    postalLines: (newsletter.postalAddress ?? "")
      .split("\n")
      .map(oneLine)
      .filter((line) => line !== ""),
    siteTitle: oneLine(siteTitle),
    siteUrl,
  };
  return {
    subject: view.subject,
    html: page(view),
    text: plain(view, toMailText(rendered.html, options)),
  };
}

interface View {
  readonly language: string;
  readonly subject: string;
  readonly preheader: string;
  readonly meta: string;
  readonly url: string;
  readonly image: string | null;
  readonly body: string;
  readonly accent: string;
  readonly nightAccent: string;
  readonly newsletterName: string;
  readonly postalLines: readonly string[];
  readonly siteTitle: string;
  readonly siteUrl: string;
}

function bylineOf(authors: Letter["post"]["authors"]): string {
  const names = authors.map(({ name }) => oneLine(name)).filter((name) => name !== "");
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** A day as English writes it, always in UTC: 23 November 2026. */
const dateOf = (moment: string | null): string =>
  moment === null
    ? ""
    : new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(
        new Date(moment),
      );

const serif = "Georgia,'Iowan Old Style','Times New Roman',serif";
const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const rightToLeft = /^(?:ar|he|fa|ur|yi|ps|sd|ug|dv|ckb)\b/u;

/** Mail programs without styles of the night, or without any, show those of the day, which stand in the elements. */
const css = ({ nightAccent }: View): string => `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:${night.page}!important;background-color:${night.page}!important}
.sheet{background:${night.sheet}!important;background-color:${night.sheet}!important;color:${night.ink}!important}
.ink,.bare{color:${night.ink}!important}
.faint,.faint a{color:${night.faint}!important}
.soft{background:${night.soft}!important;background-color:${night.soft}!important}
.rule{border-color:${night.rule}!important}
.link,.accent{color:${nightAccent}!important}
.mark,.bar{border-color:${nightAccent}!important}
}
@media (max-width:620px){
.outer{padding:0!important}
.sheet{border-radius:0!important}
.side{padding-left:22px!important;padding-right:22px!important}
.title{font-size:28px!important}
}`;

function page(view: View): string {
  const { language, subject, preheader } = view;
  const direction = rightToLeft.test(language) ? "rtl" : "ltr";
  return `<!doctype html>
<html lang="${escapeMarkup(language)}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeMarkup(subject)}</title>
<style>${css(view)}</style>
</head>
<body class="page" style="margin:0;padding:0;background:${day.page};-webkit-text-size-adjust:100%;text-size-adjust:100%">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all">${escapeMarkup(preheader)}${"&#847;&zwnj;&nbsp;".repeat(60)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${day.page}"><tr><td class="outer" align="center" style="padding:28px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:${day.sheet};color:${day.ink};border-radius:6px">
${masthead(view)}
${title(view)}
${image(view)}
<tr><td class="side ink" style="padding:26px 32px 12px;font-family:${serif};font-size:18px;line-height:1.6;color:${day.ink};text-align:start;word-break:break-word">
${view.body}
</td></tr>
${onTheWeb(view)}
</table>
${footer(view)}
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`;
}

const masthead = ({ newsletterName, siteUrl, siteTitle, accent }: View): string =>
  `<tr><td class="side" style="padding:22px 32px 0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="bar ink" style="border-bottom:3px solid ${accent};padding:0 0 12px;font-family:${sans};font-size:14px;line-height:1.4;font-weight:bold;letter-spacing:.01em;color:${day.ink};text-align:start"><a class="bare" href="${escapeMarkup(siteUrl)}" style="color:${day.ink};text-decoration:none">${escapeMarkup(siteTitle === newsletterName ? siteTitle : `${siteTitle} · ${newsletterName}`)}</a></td></tr></table>
</td></tr>`;

const title = ({ subject, url, meta }: View): string =>
  `<tr><td class="side ink" style="padding:30px 32px 0;text-align:start">
<h1 class="title ink" style="margin:0;font-family:${serif};font-size:34px;line-height:1.18;font-weight:bold;color:${day.ink}"><a class="bare" href="${escapeMarkup(url)}" style="color:${day.ink};text-decoration:none">${escapeMarkup(subject)}</a></h1>
${meta === "" ? "" : `<p class="faint" style="margin:14px 0 0;font-family:${sans};font-size:14px;line-height:1.4;color:${day.faint}">${escapeMarkup(meta)}</p>`}
</td></tr>`;

const image = ({ image: address, url }: View): string =>
  address === null
    ? ""
    : `<tr><td style="padding:26px 0 0"><a href="${escapeMarkup(url)}"><img src="${escapeMarkup(address)}" alt="" width="600" style="display:block;width:100%;height:auto;border:0"></a></td></tr>`;

const onTheWeb = ({ url, accent }: View): string =>
  `<tr><td class="side" style="padding:8px 32px 36px;font-family:${sans};font-size:15px;line-height:1.4;text-align:start"><a class="accent" href="${escapeMarkup(url)}" style="color:${accent};font-weight:bold;text-decoration:underline">Read it on the web</a></td></tr>`;

const footer = (view: View): string => {
  const { newsletterName, siteTitle, siteUrl, postalLines } = view;
  const style = `color:${day.faint};text-decoration:underline`;
  const postal = postalLines.map((line) => escapeMarkup(line)).join("<br>");
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="side faint" align="center" style="padding:24px 32px 32px;font-family:${sans};font-size:13px;line-height:1.6;color:${day.faint}">
You get this because you signed up for ${escapeMarkup(newsletterName)} at <a href="${escapeMarkup(siteUrl)}" style="${style}">${escapeMarkup(siteTitle)}</a>.<br>
<a href="{{unsubscribe_url}}" style="${style}">Unsubscribe</a> &nbsp;·&nbsp; <a href="{{preferences_url}}" style="${style}">Change what you get</a>
${postal === "" ? "" : `<br><br>${postal}`}
</td></tr></table>`;
};

function plain(view: View, words: string): string {
  const { subject, meta, url, newsletterName, siteTitle, siteUrl, postalLines } = view;
  return `${[
    [subject, ...(meta === "" ? [] : [meta]), url].join("\n"),
    words,
    [
      "-- ",
      `You get this because you signed up for ${newsletterName} at ${siteTitle} (${siteUrl}).`,
      "Unsubscribe: {{unsubscribe_url}}",
      "Change what you get: {{preferences_url}}",
      ...(postalLines.length === 0 ? [] : ["", ...postalLines]),
    ].join("\n"),
  ].join("\n\n")}\n`;
}
