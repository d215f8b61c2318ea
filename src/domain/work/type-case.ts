import {
  type Cut,
  eastAsianOrder,
  type EastAsian,
  type Face,
  faceOf,
  type Family,
  FAMILY_FACES,
  FONT_FILES,
  type Fonts,
  isEastAsian,
  isSymbol,
  type ScriptContext,
  scriptContextOf,
} from "./fonts";
import { type OpenFont, UNCACHED } from "./ink";

/** A stretch of text that one face can show; `missing` if no face can, to be shown as boxes. */
export interface Run {
  readonly text: string;
  readonly face: Face;
  readonly missing: boolean;
}

interface Copy {
  readonly families: readonly Family[];
  /** All the text of the document, a paragraph each, so that no font is asked for while drawing. */
  readonly texts: readonly string[];
  readonly language: string;
}

// Marks that shape or order text and have no ink: what they do is done elsewhere or not at all.
const INVISIBLE = /[[\p{Cc}\p{Default_Ignorable_Code_Point}]--[\n\t\u200B]]/gv;

/** Text as it can be set: composed, without control characters, half surrogates replaced. */
export const clean = (text: string): string =>
  text
    .replaceAll(/\r\n?|\u2028|\u2029/gu, "\n")
    .replaceAll(INVISIBLE, "")
    .toWellFormed()
    .normalize("NFC");

/** The loaded faces of one document: knows which can show a character and how wide a text is. */
export class TypeCase {
  readonly #doc: PDFKit.PDFDocument;
  readonly #context: ScriptContext;
  readonly #open = new Map<Face, OpenFont>();
  readonly #covered = new Map<Face, Map<number, boolean>>();
  readonly #widths = new Map<Face, Map<string, number>>();

  private constructor(doc: PDFKit.PDFDocument, context: ScriptContext) {
    this.#doc = doc;
    this.#context = context;
  }

  /** Loads every face that the text of a document needs. */
  static async open(doc: PDFKit.PDFDocument, fonts: Fonts, copy: Copy): Promise<TypeCase> {
    const texts = copy.texts.map(clean);
    const typeCase = new TypeCase(doc, scriptContextOf(texts, copy.language));
    const faces = new Set<Face>(["sans", "mono"]);
    for (const family of copy.families) for (const face of FAMILY_FACES[family]) faces.add(face);
    const buffers = await Promise.all([...faces].map(async (face) => fonts.load(FONT_FILES[face])));
    [...faces].forEach((face, i) => typeCase.#add(face, buffers[i]));
    await typeCase.#loadEastAsian(fonts, texts);
    return typeCase;
  }

  #add(face: Face, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    this.#doc.registerFont(face, bytes);
    this.#doc.font(face);
    this.#open.set(face, (this.#doc as unknown as Readonly<Record<"_font", OpenFont>>)["_font"]);
    this.#covered.set(face, new Map());
    this.#widths.set(face, new Map());
  }

  async #loadEastAsian(fonts: Fonts, texts: readonly string[]): Promise<void> {
    const unknown = new Set<string>();
    for (const text of texts) {
      const wanted = this.#wanted(text, unknown);
      if (wanted.length === 0) continue;
      const order = eastAsianOrder(text, this.#context);
      const faces = wanted.some(isEastAsian) ? order : order.slice(0, 1);
      for (const face of faces) {
        // One after the other: the next, of megabytes, is wanted only if this one falls short.
        if (!this.#open.has(face)) this.#add(face, await fonts.load(FONT_FILES[face]));
        if (wanted.every((character) => this.covers(face, character))) break;
      }
    }
  }

  /** The characters of a text that only an East Asian face may have; those in `seen` are not told again. */
  #wanted(text: string, seen: Set<string>): string[] {
    const wanted: string[] = [];
    for (const character of text) {
      if (character <= "\u036F" || this.covers("sans", character)) continue;
      if (isEastAsian(character)) wanted.push(character);
      else if (!seen.has(character) && isSymbol(character) && !this.covers("mono", character)) {
        seen.add(character);
        wanted.push(character);
      }
    }
    return wanted;
  }

  covers(face: Face, character: string): boolean {
    const codePoint = character.codePointAt(0) ?? 0;
    const known = this.#covered.get(face);
    const before = known?.get(codePoint);
    if (before !== undefined) return before;
    const covered = this.#open.get(face)?.font.hasGlyphForCodePoint(codePoint) ?? false;
    known?.set(codePoint, covered);
    return covered;
  }

  /** The loaded East Asian faces in the order a text wants them, one that has all of it before others. */
  eastAsianFaces(text: string): readonly EastAsian[] {
    if (!this.#open.has("sc") && !this.#open.has("jp") && !this.#open.has("kr")) return [];
    const characters = [...text].filter(isEastAsian);
    const order = eastAsianOrder(text, this.#context).filter((face) => this.#open.has(face));
    const whole = order.find((face) => characters.every((one) => this.covers(face, one)));
    return whole === undefined ? order : [whole, ...order.filter((face) => face !== whole)];
  }

  /** Cuts a text into runs of one face each. `others` are tried where the cut's own face has no glyph. */
  runs(text: string, cut: Cut, others: readonly EastAsian[]): Run[] {
    const own = faceOf(cut);
    const faces: Face[] = [own, cut.bold ? "sans-bold" : "sans", "sans", "mono", ...others];
    const runs: { text: string; face: Face; missing: boolean }[] = [];
    for (const character of text) {
      const last = runs.at(-1);
      const face =
        character === "\n" || character === "\t" || this.covers(own, character)
          ? own
          : faces.find((one) => this.covers(one, character));
      const missing = face === undefined;
      const shown = face ?? "sans";
      if (last !== undefined && last.face === shown && last.missing === missing)
        last.text += character;
      else runs.push({ text: character, face: shown, missing });
    }
    return runs;
  }

  /** The open font of a loaded face. */
  fontOf(face: Face): OpenFont | undefined {
    return this.#open.get(face);
  }

  /** Width in points, kerning included. */
  width(face: Face, text: string, size: number): number {
    const known = this.#widths.get(face);
    const before = known?.get(text);
    if (before !== undefined) return before * size;
    const width = (this.#open.get(face)?.widthOfString(text, 1000, UNCACHED) ?? 0) / 1000;
    known?.set(text, width);
    return width * size;
  }
}
