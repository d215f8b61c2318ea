/** Where a glyph goes, in thousandths of the font size. */
interface GlyphPosition {
  /** How far the next glyph is, kerning included. */
  readonly xAdvance: number;
  /** How far the font itself says the next glyph is. */
  readonly advanceWidth: number;
  readonly xOffset: number;
  readonly yOffset: number;
}

/** What we use of pdfkit's open font, which its types keep to themselves. */
export interface OpenFont {
  /** The name of the font in the content of pages, and the object it stands for there. */
  readonly id: string;
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
  ref(): unknown;
  widthOfString(text: string, size: number, features: readonly string[]): number;
  /** The codes of glyphs in hexadecimal; takes the glyphs into the embedded subset. */
  encode(text: string, features: readonly string[]): [readonly string[], readonly GlyphPosition[]];
}

/** Naming features, even none, makes pdfkit shape a text without keeping the result of every word. */
export const UNCACHED: readonly string[] = [];

/** A text as glyphs of one font. */
export interface Ink {
  readonly font: OpenFont;
  readonly size: number;
  readonly codes: readonly string[];
  readonly positions: readonly GlyphPosition[];
  readonly width: number;
}

export function inkOf(font: OpenFont, text: string, size: number): Ink {
  const [codes, positions] = font.encode(text, UNCACHED);
  const advance = positions.reduce((sum, position) => sum + position.xAdvance, 0);
  return { font, size, codes, positions, width: (advance * size) / 1000 };
}

/**
 * The operators that show glyphs from a point on, in PDF's own coordinates, for use inside a text object.
 * @see ISO 32000-1, 9.4.3
 */
export function showText(ink: Ink, x: number, y: number): string {
  const { font, size, positions } = ink;
  const scale = size / 1000;
  const lines = [`/${font.id} ${decimal(size)} Tf`, moveTo(x, y)];
  let at = x;
  let parts: string[] = [];
  let codes = "";
  const flush = (): void => {
    if (codes !== "") parts.push(`<${codes}>`);
    if (parts.length > 0) lines.push(`[${parts.join(" ")}] TJ`);
    [parts, codes] = [[], ""];
  };
  for (const [i, position] of positions.entries()) {
    const isMoved = position.xOffset !== 0 || position.yOffset !== 0;
    if (isMoved) {
      flush();
      lines.push(moveTo(at + position.xOffset * scale, y + position.yOffset * scale));
    }
    codes += ink.codes[i] ?? "";
    at += position.xAdvance * scale;
    const kerning = position.advanceWidth - position.xAdvance;
    if (isMoved) {
      flush();
      lines.push(moveTo(at, y));
    } else if (kerning !== 0) {
      parts.push(`<${codes}>`, decimal(kerning));
      codes = "";
    }
  }
  flush();
  return lines.join("\n");
}

/** Wraps operators so that copying them gives that text, whatever their glyphs are. */
export const standingFor = (text: string, operators: string): string =>
  `/Span <</ActualText <FEFF${hexOf(text)}>>> BDC\n${operators}\nEMC`;

/** The operator that sets the colour `#rrggbb` for glyphs, or for their outline. */
export function colourOf(colour: string, operator: "rg" | "RG"): string {
  const parts = [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255);
  return `${parts.map(decimal).join(" ")} ${operator}`;
}

const moveTo = (x: number, y: number): string => `1 0 0 1 ${decimal(x)} ${decimal(y)} Tm`;

export const decimal = (value: number): string => String(Math.round(value * 1000) / 1000);

const hexOf = (text: string): string =>
  Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).toUpperCase().padStart(4, "0"),
  ).join("");
