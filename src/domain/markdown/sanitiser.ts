import sanitizeHtml from "sanitize-html";

import { attributes, type AttributeRule, everywhere } from "./allow-list.ts";
import { escapeLoneTags, maxDepth, notProse, TooDeep } from "./lone-tags.ts";

type Attributes = Record<string, string>;

/** The ids of a document. */
export interface Ids {
  /** What the Markdown's own headings are called. */
  headings: ReadonlySet<string>;
  /** What elements of raw HTML are called, before their prefix. */
  raw: ReadonlySet<string>;
}

/** Put before every id that came from raw HTML, so that it cannot stand in for a name a page's scripts use. */
const idPrefix = "user-content-";

/** The anchors of footnotes. With their colon they are no name that a script would look for. */
const footnoteId = /^fn(?:ref)?:\d{1,6}(?::\d{1,6})?$/;

function cleanId(tag: string, id: string, ids: Ids): string | null {
  if (ids.headings.has(id) && /^h[1-6]$/.test(tag)) return id;
  if (footnoteId.test(id)) return id;
  return /^[^\s"'<>`]{1,120}$/.test(id) ? idPrefix + id : null;
}

/** A link to an id that only raw HTML has follows it to its prefixed name. */
function cleanTarget(href: string, ids: Ids): string {
  if (!href.startsWith("#")) return href;
  let id = href.slice(1);
  if (!ids.raw.has(id)) {
    try {
      id = decodeURIComponent(id);
    } catch {
      return href;
    }
  }
  return ids.raw.has(id) && !ids.headings.has(id) ? `#${idPrefix}${id}` : href;
}

function cleanAttributes(tag: string, given: Attributes, ids: Ids): Attributes {
  const rules: Record<string, AttributeRule> = attributes[tag] ?? {};
  const clean: Attributes = {};
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : everywhere[name];
    const kept =
      Object.hasOwn(rules, name) || Object.hasOwn(everywhere, name) ? rule?.(value) : null;
    if (kept !== null && kept !== undefined) clean[name] = kept;
  }
  const id = given["id"] ?? (tag === "a" ? given["name"] : undefined);
  const safeId = id === undefined ? null : cleanId(tag, id, ids);
  if (safeId !== null) clean["id"] = safeId;
  if (clean["href"] !== undefined) clean["href"] = cleanTarget(clean["href"], ids);
  if (clean["target"] !== undefined) {
    clean["rel"] = [...new Set([...(clean["rel"]?.split(" ") ?? []), "noopener"])].join(" ");
  }
  return clean;
}

/** An `<input>` is the box of a task or nothing. */
function cleanTag(tag: string, given: Attributes, ids: Ids): sanitizeHtml.Tag {
  if (attributes[tag] === undefined) return { tagName: tag, attribs: {} };
  if (tag !== "input") return { tagName: tag, attribs: cleanAttributes(tag, given, ids) };
  if (given["type"]?.toLowerCase() !== "checkbox") return { tagName: "span", attribs: {} };
  return { tagName: tag, attribs: { ...cleanAttributes(tag, given, ids), disabled: "" } };
}

/** The list is searched from its beginning for every element and every text, so what is frequent comes first. */
const allowedTags = [
  ...new Set(["p", "a", "code", "li", "td", "strong", "em", ...Object.keys(attributes)]),
];

const fixedOptions: sanitizeHtml.IOptions = {
  allowedTags,
  allowedAttributes: Object.fromEntries(
    Object.entries(attributes).map(([tag, rules]) => [
      tag,
      ["id", ...Object.keys(everywhere), ...Object.keys(rules)],
    ]),
  ),
  allowedSchemes: ["http", "https", "mailto", "tel"],
  disallowedTagsMode: "discard",
  nonTextTags: notProse,
  parseStyleAttributes: false,
};

function createOptions(ids: Ids): sanitizeHtml.IOptions {
  const seen = new Set<string>();
  let depth = 0;
  return {
    ...fixedOptions,
    transformTags: {
      "*": (tag, given) => {
        const clean = cleanTag(tag, given, ids);
        const id = clean.attribs["id"];
        if (id !== undefined && seen.has(id)) delete clean.attribs["id"];
        else if (id !== undefined) seen.add(id);
        return clean;
      },
    },
    onOpenTag: () => {
      depth += 1;
      if (depth > maxDepth) throw new TooDeep();
    },
    onCloseTag: () => {
      depth -= 1;
    },
  };
}

/**
 * Lets through the elements and attributes of the allow-list and nothing else, as well-formed HTML. Unknown
 * elements go and leave their text; what is no prose (scripts, styles, drawings) goes with its content if a tag
 * of its own closes it, and else is text itself.
 * The result is to be stored and served as it is: nothing may be joined to it afterwards.
 *
 * Ids of Markdown's headings and footnotes stay as they are. Ids from raw HTML become `user-content-…`, links to
 * them inside the document follow, and no id appears twice.
 *
 * @returns null if elements nest deeper than 256: no tree that deep is worth its price.
 */
export function sanitise(html: string, ids: Ids): string | null {
  try {
    return sanitizeHtml(escapeLoneTags(html), createOptions(ids));
  } catch (error) {
    if (error instanceof TooDeep) return null;
    throw error;
  }
}
