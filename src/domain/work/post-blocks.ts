import type { Token } from "markdown-it";

import { parser } from "#domain/markdown/parser";

import { type Inline, type Picture, readHtml, readInline, type Words } from "./inline-text";

export interface ListItem {
  /** Null unless the item is a task. */
  readonly checked: boolean | null;
  readonly blocks: readonly Block[];
}

export interface Note {
  readonly number: number;
  readonly blocks: readonly Block[];
}

export type Align = "left" | "center" | "right";

/** A post as a tree of what it is made of, free of syntax. */
export type Block =
  | {
      readonly kind: "heading";
      readonly level: number;
      readonly id: string;
      readonly words: readonly Words[];
    }
  | { readonly kind: "paragraph"; readonly words: readonly Words[]; readonly tight: boolean }
  | { readonly kind: "list"; readonly first: number | null; readonly items: readonly ListItem[] }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "table";
      readonly aligns: readonly Align[];
      readonly rows: readonly (readonly Words[])[][];
    }
  | { readonly kind: "picture"; readonly picture: Picture }
  | { readonly kind: "rule" }
  | { readonly kind: "notes"; readonly notes: readonly Note[] };

/** Reads a post's Markdown with the parser that its HTML comes from. */
export function readPost(markdown: string): Block[] {
  return new BlockReader(parser.parse(markdown, {})).until(null);
}

/** All text of a tree, a paragraph each. */
export function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    if (block.kind === "heading" || block.kind === "paragraph") return [joined(block.words)];
    if (block.kind === "list") return block.items.flatMap((item) => textsOf(item.blocks));
    if (block.kind === "notes") return block.notes.flatMap((note) => textsOf(note.blocks));
    if (block.kind === "quote") return textsOf(block.blocks);
    if (block.kind === "code") return block.text.split("\n");
    if (block.kind === "table") return block.rows.flat().map(joined);
    return block.kind === "picture" ? [block.picture.alt, block.picture.source] : [];
  });
}

const joined = (words: readonly Words[]): string => words.map((one) => one.text).join("");

/** The names of all places in a tree that links can lead to. */
export function placesOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    if (block.kind === "heading") return [block.id];
    if (block.kind === "quote") return placesOf(block.blocks);
    if (block.kind === "list") return block.items.flatMap((item) => placesOf(item.blocks));
    return block.kind === "notes" ? block.notes.map((note) => `fn:${String(note.number)}`) : [];
  });
}

/** A picture among words, where there is no room for one, is named and linked. */
const asWords = (inlines: readonly Inline[]): Words[] =>
  inlines.map((inline) => (inline.kind === "words" ? inline : nameOf(inline)));

const nameOf = (picture: Picture): Words => ({
  kind: "words",
  text: `[${picture.alt.trim() || "image"}]`,
  bold: false,
  italic: true,
  code: false,
  strike: false,
  link: picture.link ?? picture.source,
  note: null,
  raised: "no",
});

/** Whether there is text: a picture right beside it stands in a line, where there is no room for one. */
const isText = (inline: Inline | undefined): boolean =>
  inline?.kind === "words" && inline.text.trim() !== "";

/** Paragraphs of words with the pictures between them. */
function paragraphsOf(inlines: readonly Inline[], tight: boolean): Block[] {
  const blocks: Block[] = [];
  let words: Words[] = [];
  const end = (): void => {
    const [first, ...rest] = words.slice(words.findIndex(isText));
    if (first !== undefined && isText(first)) {
      const begun = { ...first, text: first.text.trimStart() };
      blocks.push({ kind: "paragraph", words: [begun, ...rest], tight });
    }
    words = [];
  };
  for (const [i, inline] of inlines.entries()) {
    if (inline.kind === "words") words.push(inline);
    else if (isText(inlines[i - 1]) || isText(inlines[i + 1])) words.push(nameOf(inline));
    else {
      end();
      blocks.push({ kind: "picture", picture: inline });
    }
  }
  end();
  return blocks;
}

class BlockReader {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#index];
    this.#index += 1;
    return token;
  }

  /** Reads blocks up to a token of that type, and that token. */
  until(end: string | null): Block[] {
    const blocks: Block[] = [];
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.type === end) break;
      // Pushed one by one: a spread call has a limit that a long post could meet.
      for (const block of this.#read(token)) blocks.push(block);
    }
    return blocks;
  }

  #read(token: Token): Block[] {
    switch (token.type) {
      case "heading_open":
        return [this.#heading(token)];
      case "paragraph_open":
        return paragraphsOf(this.#inline(), token.hidden);
      case "bullet_list_open":
        return [{ kind: "list", first: null, items: this.#items("bullet_list_close") }];
      case "ordered_list_open": {
        const first = Number(token.attrGet("start") ?? 1);
        return [{ kind: "list", first, items: this.#items("ordered_list_close") }];
      }
      case "blockquote_open":
        return [{ kind: "quote", blocks: this.until("blockquote_close") }];
      case "fence":
      case "code_block":
        return [{ kind: "code", text: token.content.replace(/\n$/u, "") }];
      case "table_open":
        return [this.#table()];
      case "html_block":
        return readHtml(token.content).flatMap((inlines) => paragraphsOf(inlines, false));
      case "footnote_block_open":
        return [{ kind: "notes", notes: this.#notes() }];
      default:
        return token.type === "hr" ? [{ kind: "rule" }] : [];
    }
  }

  /** The inline content that follows an opening token, and its closing token. */
  #inline(): Inline[] {
    const token = this.#next();
    this.#index += 1;
    const children = token?.children ?? [];
    return readInline(children.filter((child) => child.type !== "footnote_anchor"));
  }

  #heading(token: Token): Block {
    const level = Number(token.tag.slice(1));
    return {
      kind: "heading",
      level,
      id: String(token.attrGet("id") ?? ""),
      words: asWords(this.#inline()),
    };
  }

  #items(end: string): ListItem[] {
    const items: ListItem[] = [];
    for (
      let token = this.#next();
      token !== undefined && token.type !== end;
      token = this.#next()
    ) {
      if (token.type !== "list_item_open") continue;
      const task = this.#tokens[this.#index + 1]?.children?.[0];
      const meta =
        task?.type === "task_checkbox" ? (task.meta as { readonly checked: boolean }) : null;
      items.push({ checked: meta?.checked ?? null, blocks: this.until("list_item_close") });
    }
    return items;
  }

  #table(): Block {
    const aligns: Align[] = [];
    const rows: Words[][][] = [];
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.type === "table_close") break;
      if (token.type === "tr_open") rows.push([]);
      if (token.type !== "th_open" && token.type !== "td_open") continue;
      if (token.type === "th_open") aligns.push((token.attrGet("align") ?? "left") as Align);
      rows.at(-1)?.push(asWords(this.#inline()));
    }
    return { kind: "table", aligns, rows };
  }

  #notes(): Note[] {
    const notes: Note[] = [];
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.type === "footnote_block_close") break;
      if (token.type !== "footnote_open") continue;
      const number = (token.meta as { readonly id: number }).id + 1;
      notes.push({ number, blocks: this.until("footnote_close") });
    }
    return notes;
  }
}
