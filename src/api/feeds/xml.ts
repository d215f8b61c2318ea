/** A piece of XML: what is in it is escaped already. */
export class Xml {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type XmlContent = Xml | string | readonly XmlContent[] | null;
type Attributes = Readonly<Record<string, string | number | null>>;

/** What XML 1.0 cannot hold, however it is written (section 2.2). */
const unspeakable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** What would be read as something else: as markup, or as other white space (XML 1.0, sections 2.11 and 3.3.3). */
const special: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
  "\n": "&#10;",
  "\t": "&#9;",
};

const escapeText = (text: string): string =>
  text.replaceAll(unspeakable, "").replaceAll(/[&<>\r]/g, (character) => special[character] ?? "");

const escapeAttribute = (text: string): string =>
  text
    .replaceAll(unspeakable, "")
    .replaceAll(/[&<>"\r\n\t]/g, (character) => special[character] ?? "");

function textOf(content: XmlContent): string {
  if (content === null) return "";
  if (typeof content === "string") return escapeText(content);
  return content instanceof Xml ? content.text : content.map(textOf).join("");
}

/**
 * HTML as a text of XML (XML 1.0, section 2.7). Escaping says the same, but some readers undo it twice, and
 * then show as markup what the author wrote about markup.
 */
export const cdata = (html: string): Xml =>
  new Xml(`<![CDATA[${html.replaceAll(unspeakable, "").replaceAll("]]>", "]]]]><![CDATA[>")}]]>`);

/** An element. Attributes that are null are left out. */
export function element(name: string, attributes: Attributes, content: XmlContent = null): Xml {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) =>
      value === null ? [] : [` ${key}="${escapeAttribute(String(value))}"`],
    )
    .join("");
  const inside = textOf(content);
  return new Xml(inside === "" ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`);
}

/** An element for a text; nothing for none. */
export const optional = (name: string, text: string | null): Xml | null =>
  text === null || text === "" ? null : element(name, {}, text);

/** A whole document. @see https://www.w3.org/TR/xml/ */
export const documentOf = (root: Xml): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n${root.text}\n`;
