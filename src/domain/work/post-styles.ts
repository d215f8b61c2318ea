import type { Words } from "./inline-text";
import { PAPER } from "./press";
import { COLOURS, type Span, type Style, styled } from "./styles";

/** The text area of a printed post. */
export const FRAME = { left: 84, width: PAPER.width - 168, top: 76, bottom: 70 } as const;

/** A size of text with the lines it is set on. */
export interface Setting {
  readonly style: Style;
  readonly leading: number;
}

export const BODY: Setting = { style: styled("serif", 10.5), leading: 16.2 };
export const NOTE: Setting = { style: styled("serif", 8.6), leading: 12.6 };
export const CODE: Setting = { style: styled("mono", 8), leading: 11.6 };

const heading = (size: number): Setting => ({
  style: styled("sans", size, { bold: true }),
  leading: size * 1.32,
});

const HEADINGS = [heading(18), heading(15), heading(12.5), heading(11), heading(10)];

export const headingOf = (level: number): Setting =>
  HEADINGS[Math.min(level, HEADINGS.length) - 1] ?? heading(10);

/** Where the baseline is in a line: capitals stand in its middle. */
export const baselineOf = ({ style, leading }: Setting): number => leading / 2 + style.size * 0.357;

/** Gives words their look on top of that of the text they stand in. */
export class WordStyler {
  readonly #base: string;
  readonly #styles = new Map<string, Style>();

  /** @param base absolute address that relative links are read against. */
  constructor(base: string) {
    this.#base = base;
  }

  spans(words: readonly Words[], base: Style): Span[] {
    return words.map((one) => ({ text: one.text, style: this.#style(one, base) }));
  }

  /** One object for each look, so that neighbours of the same look are set as one. */
  #style(words: Words, base: Style): Style {
    const { bold, italic, code, strike, link, raised } = words;
    const look = [base.family, base.size, base.bold, bold, italic, code, strike, raised, link];
    const key = JSON.stringify(look);
    const style = this.#styles.get(key) ?? this.#make(words, base);
    this.#styles.set(key, style);
    return style;
  }

  #make(words: Words, base: Style): Style {
    const isSmall = words.raised !== "no";
    const size = base.size * (isSmall ? 0.68 : 1) * (words.code ? 0.87 : 1);
    const rise = { no: 0, above: base.size * 0.36, below: base.size * -0.14 }[words.raised];
    return {
      ...base,
      family: words.code ? "mono" : base.family,
      bold: base.bold || words.bold,
      italic: base.italic || words.italic,
      strike: words.strike,
      shade: words.code ? COLOURS.paper : null,
      colour: words.link === null ? base.colour : COLOURS.accent,
      link: words.link === null ? null : this.resolve(words.link),
      size,
      rise,
    };
  }

  /** The absolute address of a link; null for what is none. Places in the text stay `#name`. */
  resolve(link: string): string | null {
    if (link.startsWith("#")) return decoded(link);
    const url = URL.parse(link, this.#base);
    return url === null || !/^(?:https?|mailto|tel):$/u.test(url.protocol) ? null : url.href;
  }
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}
