import { Parser } from "htmlparser2";

/** Elements whose content is not prose, so that it goes with the element. */
export const notProse = [
  "script", "style", "noscript", "template", "svg", "textarea", "select", "option", "xmp", "title",
  "noembed", "noframes", "plaintext",
]; // prettier-ignore

/** Elements that swallow markup up to their end. What is in a frame is prose, but its tags are no tags yet. */
const greedy = [...notProse, "iframe"];

/** Deeper than any real page; browsers stop at 512 themselves. */
export const maxDepth = 256;

/** Elements nest deeper than {@link maxDepth}. */
export class TooDeep extends Error {}

/** How often a document may turn out to read differently once some of its tags are text. */
const maxRounds = 4;

const opening = new RegExp(`<(${greedy.join("|")})(?=[\\t\\n\\f\\r />])`, "gi");
const closing = new RegExp(`</(${greedy.join("|")})(?=[\\t\\n\\f\\r />])`, "gi");

/** The same with the `<` of some opening tags escaped. */
const escapeOpenings = (
  html: string,
  isLone: (position: number, name: string) => boolean,
): string =>
  html.replace(opening, (tag: string, name: string, position: number) =>
    isLone(position, name.toLowerCase()) ? `&lt;${tag.slice(1)}` : tag,
  );

/** What stands behind the last closing tag of its name is lone for certain. Nothing closes `<plaintext>`. */
function escapeUnfollowed(html: string): string {
  const last = new Map<string, number>();
  for (const match of html.matchAll(closing)) {
    last.set((match[1] ?? "").toLowerCase(), match.index);
  }
  last.delete("plaintext");
  return escapeOpenings(html, (position, name) => position > (last.get(name) ?? -1));
}

/**
 * Where opening tags stand that something else ends: an outer element's end, a sibling, the end of the text.
 * What is lone inside an element that goes is left out.
 *
 * @throws TooDeep
 */
function findLone(html: string): Set<number> {
  const lone: number[] = [];
  const open: { name: string; start: number; end: number }[] = [];
  let depth = 0;
  const parser = new Parser({
    onopentag(name) {
      depth += 1;
      if (depth > maxDepth) throw new TooDeep();
      if (greedy.includes(name)) {
        open.push({ name, start: parser.startIndex, end: parser.endIndex });
      }
    },
    onclosetag(name, isImplied) {
      depth -= 1;
      const tag = open.at(-1)?.name === name ? open.pop() : undefined;
      if (!tag) return;
      const closesItself = parser.endIndex === tag.end;
      if (isImplied && !closesItself) lone.push(tag.start);
      else while ((lone.at(-1) ?? -1) > tag.start) lone.pop();
    },
  });
  parser.end(html);
  return new Set(lone);
}

/**
 * Makes text of every tag that opens what is no prose, or a frame, and that no tag of its own closes, so that a
 * `Vec<option>` or a `<title>` in a sentence does not take the rest of the document along. Time is
 * proportional to the length.
 *
 * @throws TooDeep if elements nest deeper than {@link maxDepth}.
 * @see https://github.github.com/gfm/#disallowed-raw-html-extension-
 */
export function escapeLoneTags(html: string): string {
  let text = escapeUnfollowed(html);
  for (let round = 0; round < maxRounds; round += 1) {
    if (text.search(opening) < 0) return text;
    const lone = findLone(text);
    if (lone.size === 0) return text;
    text = escapeOpenings(text, (position) => lone.has(position));
  }
  return escapeOpenings(text, () => true);
}
