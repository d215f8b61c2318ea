import Pdf from "pdfkit";

import { isEastAsianFace } from "./fonts";
import { colourOf, decimal, type Ink, inkOf, showText, standingFor } from "./ink";
import { COLOURS, type Style } from "./styles";
import type { TypeCase } from "./type-case";
import type { Line, Piece } from "./typesetting";

/** A4 in points. */
export const PAPER = { width: 595.28, height: 841.89 } as const;

export interface Imprint {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly language: string;
  /** Newest change of what is drawn: the date of the file, so that drawing again gives the same bytes. */
  readonly asOf: string | null;
}

/** A finished PDF file. */
export interface Drawing {
  readonly bytes: Uint8Array;
  readonly pages: number;
}

/**
 * Told after each part of the work how much of it is done, from 0 to 1, and waited for.
 * What it throws stops the drawing and comes out of it unchanged.
 */
export type Progress = (fraction: number) => Promise<void>;

/**
 * Text for the document's information, which pdfkit writes into XML unescaped when it makes the metadata
 * (as a string) and into the PDF dictionary (as a value).
 */
class InfoText extends String {
  override toString(): string {
    const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
    return this.valueOf().replaceAll(/[&<>]/gu, (character) => escapes[character] ?? "");
  }
}

// The types of pdfkit want plain strings here.
const infoText = (text: string): string => new InfoText(text) as unknown as string;

export function createDocument(imprint: Imprint): PDFKit.PDFDocument {
  return new Pdf({
    size: [PAPER.width, PAPER.height],
    margin: 0,
    // No font of its own: the default ones are read from a file system.
    font: "",
    autoFirstPage: false,
    pdfVersion: "1.7",
    displayTitle: true,
    lang: imprint.language,
    info: {
      Title: infoText(imprint.title),
      Author: infoText(imprint.author),
      Subject: infoText(imprint.subject),
      Creator: "Imprint",
      Producer: "Imprint",
      CreationDate: new Date(imprint.asOf ?? 0),
      ModDate: new Date(imprint.asOf ?? 0),
    },
  });
}

interface PlacedPiece {
  readonly piece: Piece;
  readonly x: number;
  readonly ink: Ink;
}

/** The hand that puts ink on the page: lines of text with their links, rules and blocks of colour. */
export class Press {
  readonly doc: PDFKit.PDFDocument;
  readonly typeCase: TypeCase;
  readonly #chunks: Uint8Array[] = [];
  readonly #done: Promise<void>;
  readonly #places = new Map<string, string>();

  constructor(doc: PDFKit.PDFDocument, typeCase: TypeCase) {
    this.doc = doc;
    this.typeCase = typeCase;
    doc.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    this.#done = new Promise((resolve, reject) => {
      doc.on("end", resolve);
      doc.on("error", reject);
    });
  }

  /** Says that a place of this name will be marked, so that links to it are worth drawing. */
  promise(name: string): void {
    // PDF wants these sorted by their bytes and pdfkit sorts by the rules of a language: plain numbers agree.
    if (!this.#places.has(name)) this.#places.set(name, String(100_000 + this.#places.size));
  }

  /** Marks the place that links to `#name` lead to, if it was promised. */
  mark(name: string, y: number): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.doc.addNamedDestination(place, "XYZ", 0, Math.max(0, y - 12), null);
  }

  line(line: Line, x: number, baseline: number): void {
    const placed = this.#place(line, x);
    for (const { piece, x: left, ink } of placed) {
      const { shade, size } = piece.style;
      if (shade === null) continue;
      const [top, height] = [baseline - size * 0.95, size * 1.25];
      this.doc.roundedRect(left - 1.5, top, ink.width + 3, height, 2).fill(shade);
    }
    this.#write(placed, baseline);
    for (const { piece, x: left, ink } of placed) {
      const { strike, size, colour } = piece.style;
      const box = { x: left, y: baseline - size * 0.29, width: ink.width, height: size * 0.06 };
      if (strike) this.rectangle(box, colour);
    }
    this.#links(placed, baseline);
  }

  #place(line: Line, x: number): PlacedPiece[] {
    const placed: PlacedPiece[] = [];
    let at = x + line.indent;
    for (const piece of line.pieces) {
      const font = this.typeCase.fontOf(piece.face);
      if (font === undefined) continue;
      const ink = inkOf(font, piece.text, piece.style.size);
      placed.push({ piece, x: at, ink });
      at += ink.width;
    }
    return placed;
  }

  /**
   * Writes a line as one text object. pdfkit's own `text` would shape every piece several times over and
   * keep the result, and leaves no way to say what a glyph stands for.
   */
  #write(placed: readonly PlacedPiece[], baseline: number): void {
    if (placed.length === 0) return;
    const page = this.doc.page as unknown as { readonly fonts: Record<string, unknown> };
    const operators = placed.map(({ piece, x, ink }) => {
      page.fonts[ink.font.id] ??= ink.font.ref();
      return lookOf(piece) + shownAs(piece, ink, [x, PAPER.height - baseline + piece.style.rise]);
    });
    this.doc.save().transform(1, 0, 0, -1, 0, PAPER.height);
    this.doc.addContent(`BT\n${operators.join("\n")}\nET`);
    this.doc.restore();
  }

  rectangle(box: { x: number; y: number; width: number; height: number }, colour: string): void {
    this.doc.rect(box.x, box.y, box.width, box.height).fill(colour);
  }

  /** A horizontal hairline. */
  rule(x: number, y: number, width: number, colour: string = COLOURS.line): void {
    this.doc.rect(x, y - 0.25, width, 0.5).fill(colour);
  }

  #links(placed: readonly PlacedPiece[], baseline: number): void {
    let begun: PlacedPiece | null = null;
    for (const [i, one] of placed.entries()) {
      const { style } = one.piece;
      if (style.link === null) continue;
      begun ??= one;
      if (placed[i + 1]?.piece.style.link === style.link) continue;
      const y = baseline - style.rise;
      this.#link(style, { x: begun.x, y, width: one.x + one.ink.width - begun.x });
      begun = null;
    }
  }

  #link(style: Style, place: { x: number; y: number; width: number }): void {
    const link = style.link ?? "";
    const box = [place.x, place.y - style.size, place.width, style.size * 1.3] as const;
    if (!link.startsWith("#")) {
      // Plain ASCII, as a PDF wants its addresses; a dictionary in place saves an object for each link.
      const uri = { S: "URI", URI: new String(asciiUrl(link)) };
      this.doc.annotate(...box, { Subtype: "Link", A: uri } as PDFKit.Mixins.AnnotationOption);
      return;
    }
    const name = this.#places.get(link.slice(1));
    if (name !== undefined) this.doc.goTo(...box, name);
  }

  /** Writes the file's end and gives all of it. Nothing can be drawn after. */
  async finish(): Promise<Uint8Array> {
    this.doc.end();
    await this.#done;
    const bytes = new Uint8Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }
}

/** Colour and weight of a piece. */
function lookOf({ face, style }: Piece): string {
  const fill = colourOf(style.colour, "rg");
  if (!style.bold || !isEastAsianFace(face)) return `${fill} 0 Tr\n`;
  // A second face for bold headings would be megabytes more: a thin outline does.
  return `${fill} ${colourOf(style.colour, "RG")} ${decimal(style.size * 0.03)} w 2 Tr\n`;
}

/** The glyphs of a piece; for characters no face has the boxes of this one, which copy as the characters. */
const shownAs = (piece: Piece, ink: Ink, [x, y]: readonly [number, number]): string =>
  piece.missing ? standingFor(piece.text, showText(ink, x, y)) : showText(ink, x, y);

const asciiUrl = (url: string): string =>
  url.replaceAll(/[^\u0021-\u007E]/gu, (character) => encodeURIComponent(character.toWellFormed()));
