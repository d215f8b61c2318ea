import { isSafeMediaUrl, isSafeUrl } from "./urls.ts";

/** Answers the attribute's value as it may go out, or null to drop the attribute. */
export type AttributeRule = (value: string) => string | null;

type Rules = Record<string, AttributeRule>;

const flag: AttributeRule = () => "";
const text: AttributeRule = (value) => value;
const matching =
  (pattern: RegExp): AttributeRule =>
  (value) =>
    pattern.test(value) ? value.toLowerCase() : null;
const words =
  (pattern: RegExp): AttributeRule =>
  (value) =>
    value
      .slice(0, 1000)
      .split(/\s+/)
      .filter((word) => pattern.test(word))
      .join(" ") || null;

const link: AttributeRule = (value) => (isSafeUrl(value) ? value : null);
const media: AttributeRule = (value) => (isSafeMediaUrl(value) ? value : null);
/** Every picture of a set must be allowed, or the set goes; `src` is still there. */
const mediaSet: AttributeRule = (value) => {
  if (value.length > 4000) return null;
  const isAllowed = value.split(/,\s+|(?<=\s\d{1,5}[wx]),/).every((candidate) => {
    const [url = "", descriptor = "1x", ...rest] = candidate.trim().split(/\s+/);
    return isSafeMediaUrl(url) && /^\d+(?:\.\d+)?[wx]$/.test(descriptor) && rest.length === 0;
  });
  return isAllowed ? value.trim() : null;
};
const size = matching(/^\d{1,5}%?$/);
const number = matching(/^-?\d{1,9}$/);
const date = matching(/^[\dTZPWHMSYD:.+\- ]{1,60}$/i);
const align = matching(/^(?:left|center|right|justify)$/i);
const preload = matching(/^(?:none|metadata)$/i);
const mediaType = matching(/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/);

const className =
  /^(?:language-[\w+#.-]{1,40}|footnotes?(?:-[a-z]+)?|contains-task-list|task-list-item(?:-checkbox)?)$/;
const relation =
  /^(?:nofollow|ugc|sponsored|noopener|noreferrer|me|author|license|external|tag|bookmark)$/;

const cell: Rules = { align, colspan: number, rowspan: number };
const player: Rules = {
  src: media,
  controls: flag,
  loop: flag,
  muted: flag,
  preload,
};

/** Attributes any allowed element may have. `id` is not here: it has rules of its own. */
export const everywhere: Rules = {
  class: words(className),
  title: text,
  lang: matching(/^[a-z]{2,8}(?:-[a-z\d]{1,8}){0,4}$/i),
  dir: matching(/^(?:ltr|rtl|auto)$/i),
};

const plain = [
  "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "aside", "header",
  "footer", "address", "figure", "figcaption", "pre", "ul", "dl", "dt", "dd", "summary", "span", "strong",
  "em", "b", "i", "u", "s", "strike", "small", "big", "sub", "sup", "code", "kbd", "samp", "var", "mark",
  "cite", "dfn", "abbr", "tt", "center", "wbr", "bdi", "bdo", "ruby", "rb", "rt", "rp", "rtc", "picture",
  "table", "caption", "thead", "tbody", "tfoot", "tr",
]; // prettier-ignore

/**
 * Every element a post may have, with the attributes it may have besides those of {@link everywhere}.
 * What is not here does not get out.
 */
export const attributes: Readonly<Record<string, Rules>> = Object.assign(
  Object.create(null) as Record<string, Rules>,
  Object.fromEntries(plain.map((tag): [string, Rules] => [tag, {}])),
  {
    a: {
      href: link,
      hreflang: matching(/^[a-z-]{2,20}$/i),
      rel: words(relation),
      target: matching(/^_blank$/i),
    },
    img: {
      src: media,
      srcset: mediaSet,
      sizes: text,
      alt: text,
      width: size,
      height: size,
      loading: matching(/^(?:lazy|eager)$/i),
      decoding: matching(/^(?:async|sync|auto)$/i),
    },
    source: { src: media, srcset: mediaSet, sizes: text, media: text, type: mediaType },
    video: { ...player, poster: media, width: size, height: size, playsinline: flag },
    audio: player,
    blockquote: { cite: link },
    q: { cite: link },
    ins: { cite: link, datetime: date },
    del: { cite: link, datetime: date },
    time: { datetime: date },
    data: { value: text },
    details: { open: flag },
    ol: {
      start: number,
      reversed: flag,
      type: (value: string) => (/^[1aAiI]$/.test(value) ? value : null),
    },
    li: { value: number },
    th: { ...cell, scope: matching(/^(?:row|col|rowgroup|colgroup)$/i) },
    td: cell,
    col: { span: number },
    colgroup: { span: number },
    input: { type: matching(/^checkbox$/i), checked: flag, disabled: flag },
  },
);
