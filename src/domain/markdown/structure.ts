import type { StateCore, Token } from "markdown-it";

/**
 * How many emphases, links and the like may sit inside one another. Far beyond any prose; without it a line
 * of stars makes a tree so deep that every later step pays for it.
 */
const maxInlineDepth = 40;
const maxIdLength = 120;

/** The text of an inline token as a reader would say it: no markup, no raw HTML, no footnote marks. */
export function inlineText(children: readonly Token[] | null): string {
  return (children ?? [])
    .map((child) => {
      if (child.type === "text" || child.type === "code_inline") return child.content;
      if (child.type === "image") return inlineText(child.children);
      return child.type === "softbreak" || child.type === "hardbreak" ? " " : "";
    })
    .join("");
}

/** GitHub's way from a heading to its anchor: lower case, letters and digits of any script, `-` for a space. */
function toAnchor(heading: string): string {
  const anchor = heading
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-")
    .slice(0, maxIdLength)
    .replace(/[\uD800-\uDBFF]$/, "");
  return anchor === "" ? "section" : anchor;
}

/** Gives every Markdown heading an `id` that no other heading of the document has: `setup`, `setup-1`, … */
export function identifyHeadings(state: StateCore): void {
  const ids = new Map<string, number>();
  state.tokens.forEach((token, index) => {
    if (token.type !== "heading_open") return;
    const anchor = toAnchor(inlineText(state.tokens[index + 1]?.children ?? null));
    let count = ids.get(anchor) ?? 0;
    let id = count === 0 ? anchor : `${anchor}-${count}`;
    while (ids.has(id)) {
      count += 1;
      id = `${anchor}-${count}`;
    }
    ids.set(anchor, count + 1);
    if (id !== anchor) ids.set(id, 1);
    token.attrSet("id", id);
  });
}

const taskMark = /^\[([ xX])\](?=\s)/;

function toTask(item: Token, inline: Token, state: StateCore): boolean {
  const first = inline.children?.[0];
  const mark = first?.type === "text" ? taskMark.exec(first.content) : null;
  if (!first || !mark) return false;
  const checkbox = new state.Token("task_checkbox", "input", 0);
  checkbox.meta = { checked: mark[1] !== " " };
  first.content = first.content.slice(mark[0].length);
  inline.content = inline.content.slice(mark[0].length);
  inline.children?.unshift(checkbox);
  item.attrJoin("class", "task-list-item");
  return true;
}

/**
 * Turns `- [ ]` and `- [x]` items into task items: the inline token starts with a `task_checkbox` token
 * whose `meta.checked` tells which.
 * @see https://github.github.com/gfm/#task-list-items-extension-
 */
export function markTasks(state: StateCore): void {
  const lists: Token[] = [];
  state.tokens.forEach((token, index) => {
    if (token.type === "bullet_list_open" || token.type === "ordered_list_open") lists.push(token);
    if (token.type === "bullet_list_close" || token.type === "ordered_list_close") lists.pop();
    if (token.type !== "list_item_open") return;
    const inline = state.tokens[index + 2];
    const list = lists.at(-1);
    if (state.tokens[index + 1]?.type !== "paragraph_open" || inline?.type !== "inline" || !list)
      return;
    if (toTask(token, inline, state) && list.attrGet("class") === null) {
      list.attrSet("class", "contains-task-list");
    }
  });
}

/** Says a table cell's alignment with `align`, as GFM does, because `style` never leaves the sanitiser. */
export function alignCells(state: StateCore): void {
  for (const token of state.tokens) {
    if (token.type !== "th_open" && token.type !== "td_open") continue;
    const side = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style")))?.[1];
    if (side !== undefined) token.attrs = [["align", side]];
  }
}

/** Drops emphasis and links nested deeper than {@link maxInlineDepth}; their text stays. */
export function limitDepth(state: StateCore): void {
  for (const token of state.tokens) {
    if (!token.children?.some((child) => child.level >= maxInlineDepth)) continue;
    let depth = 0;
    token.children = token.children.filter((child) => {
      if (child.nesting < 0) depth -= 1;
      const kept = child.nesting === 0 || depth < maxInlineDepth;
      if (child.nesting > 0) depth += 1;
      return kept;
    });
  }
}
