/** Random numbers from 0 to 1 that are the same in every run (mulberry32 by Tommy Ettinger). */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const heads = [
  "b",
  "br",
  "c",
  "d",
  "f",
  "g",
  "gl",
  "h",
  "l",
  "m",
  "n",
  "p",
  "r",
  "s",
  "st",
  "t",
  "v",
  "w",
];
const tails = ["a", "e", "i", "o", "u", "an", "en", "er", "is", "or", "ur", "eth", "ing"];

/** Writes invented words; the same seed writes the same. */
export class Writer {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one(list: readonly string[]): string {
    return list[this.below(list.length)] ?? "";
  }

  word(): string {
    const count = 1 + this.below(3);
    return Array.from({ length: count }, () => this.#one(heads) + this.#one(tails)).join("");
  }

  words(count: number): string {
    return Array.from({ length: count }, () => this.word()).join(" ");
  }

  #phrase(): string {
    const kind = this.below(16);
    const text = this.words(2 + this.below(3));
    if (kind === 0) return `*${text}*`;
    if (kind === 1) return `**${text}**`;
    if (kind === 2) return `\`${this.word()}\``;
    if (kind === 3) return `[${text}](https://example.com/${this.word()}/${this.word()})`;
    return kind === 4 ? `https://example.com/${this.word()}` : text;
  }

  sentence(): string {
    const text = Array.from({ length: 3 + this.below(5) }, () => this.#phrase()).join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  #paragraph(): string {
    return Array.from({ length: 2 + this.below(5) }, () => this.sentence()).join(" ");
  }

  block(): string {
    const kind = this.below(14);
    const lines = Array.from({ length: 3 + this.below(4) }, () => this.sentence());
    if (kind === 0) return `## ${this.words(3 + this.below(4))}`;
    if (kind === 1) return lines.map((line) => `- ${line}`).join("\n");
    if (kind === 2) return lines.map((line, index) => `${index + 1}. ${line}`).join("\n");
    if (kind === 3) return lines.map((line) => `> ${line}`).join("\n");
    if (kind === 4) return `\`\`\`js\n${lines.map(() => this.#code()).join("\n")}\n\`\`\``;
    if (kind === 5) {
      const row = (): string => `| ${this.word()} | ${this.words(3)} | ${this.below(1000)} |`;
      return `${row()}\n| --- | --- | ---: |\n${lines.map(row).join("\n")}`;
    }
    return this.#paragraph();
  }

  #code(): string {
    return `const ${this.word()} = ${this.word()}(${this.below(100)}, "${this.words(2)}");`;
  }
}

/**
 * Markdown of about so many characters, with everything a post has: headings, prose, links, lists, quotes,
 * code and tables. The words mean nothing. The same seed writes the same text.
 */
export function writeMarkdown(seed: number, length: number): string {
  const writer = new Writer(seed);
  let text = writer.sentence();
  while (text.length < length) text += `\n\n${writer.block()}`;
  return `${text.slice(0, length).trimEnd()}\n`;
}

/** A document as an import takes it. */
export interface Document {
  readonly path: string;
  readonly front_matter: Readonly<Record<string, unknown>>;
  readonly markdown: string;
}

/**
 * Documents as a publication of some years has them: 1 to 16 thousand characters, most of them short, with
 * 20 authors and 40 tags.
 *
 * @param name becomes part of each path and title, so that two calls do not write the same documents.
 */
export function writeDocuments(name: string, count: number): Document[] {
  return Array.from({ length: count }, (_, index) => {
    const writer = new Writer(index + 1);
    const length = 1000 + Math.floor(15_000 * (writer.below(1000) / 1000) ** 2);
    return {
      path: `${name}/${index}.md`,
      front_matter: {
        title: `${writer.words(4)} ${name} ${index}`,
        date: new Date(Date.UTC(2010, 0, 1) + index * 5 * 86_400_000).toISOString(),
        author: `Author ${writer.below(20)}`,
        tags: [`tag ${writer.below(40)}`, `tag ${writer.below(40)}`],
      },
      markdown: writeMarkdown(index + 1, length),
    };
  });
}
