/** Where the drawing gets its fonts. Whoever implements it keeps what it loaded for the next time. */
export interface Fonts {
  /** The TTF or OTF file of that name, one of {@link FONT_FILES}. The buffer is only read. */
  load(name: string): Promise<Uint8Array>;
}

export type Family = "sans" | "serif" | "mono";

/** Every face that text can be set in, and the file it comes from. */
export const FONT_FILES = {
  sans: "NotoSans-Regular.ttf",
  "sans-bold": "NotoSans-SemiBold.ttf",
  serif: "NotoSerif-Regular.ttf",
  "serif-bold": "NotoSerif-Bold.ttf",
  "serif-italic": "NotoSerif-Italic.ttf",
  "serif-bold-italic": "NotoSerif-BoldItalic.ttf",
  mono: "NotoSansMono-Regular.ttf",
  "mono-bold": "NotoSansMono-Bold.ttf",
  sc: "NotoSansSC-Regular.otf",
  jp: "NotoSansJP-Regular.otf",
  kr: "NotoSansKR-Regular.otf",
} as const;

export type Face = keyof typeof FONT_FILES;

/** The faces a document may need for its own text; those for other scripts are loaded on demand. */
export const FAMILY_FACES: Readonly<Record<Family, readonly Face[]>> = {
  sans: ["sans", "sans-bold"],
  serif: ["serif", "serif-bold", "serif-italic", "serif-bold-italic"],
  mono: ["mono", "mono-bold"],
};

export interface Cut {
  readonly family: Family;
  readonly bold: boolean;
  readonly italic: boolean;
}

/** The face of a cut. Sans and mono have no italic here and stay upright. */
export function faceOf(cut: Cut): Face {
  if (cut.family !== "serif") return cut.bold ? `${cut.family}-bold` : cut.family;
  if (cut.bold) return cut.italic ? "serif-bold-italic" : "serif-bold";
  return cut.italic ? "serif-italic" : "serif";
}

/** The faces for Chinese, Japanese and Korean: several megabytes each, in one weight. */
export type EastAsian = "sc" | "jp" | "kr";

export const isEastAsianFace = (face: Face): face is EastAsian =>
  face === "sc" || face === "jp" || face === "kr";

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;
const EAST_ASIAN =
  /[\u2E80-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFFEF\u{20000}-\u{3FFFF}]/u;
const SYMBOL = /[[\p{S}\p{P}\p{N}]--[\u{1F000}-\u{1FFFF}]]/v;

/** Whether a character belongs in one of the East Asian faces. */
export const isEastAsian = (character: string): boolean => EAST_ASIAN.test(character);

/** Whether the East Asian faces, which are rich in signs, are worth a look for a character. */
export const isSymbol = (character: string): boolean => SYMBOL.test(character);

/** What a paragraph has to know of the whole document to pick the face for its ideographs. */
export interface ScriptContext {
  /** BCP 47, lower case. */
  readonly language: string;
  readonly hasKana: boolean;
}

export const scriptContextOf = (texts: readonly string[], language: string): ScriptContext => ({
  language: language.toLowerCase(),
  hasKana: texts.some((text) => KANA.test(text)),
});

/**
 * The East Asian faces to try for a text, best first. The same ideograph is drawn differently in China,
 * Japan and Korea: a text that shows its language by kana or hangul decides for itself, one of
 * ideographs only follows its document.
 */
export function eastAsianOrder(text: string, context: ScriptContext): readonly EastAsian[] {
  if (KANA.test(text)) return ["jp", "sc", "kr"];
  if (HANGUL.test(text) || context.language.startsWith("ko")) return ["kr", "jp", "sc"];
  const chinese = context.language.startsWith("zh");
  const japanese = context.language.startsWith("ja") || (context.hasKana && !chinese);
  return japanese ? ["jp", "sc", "kr"] : ["sc", "jp", "kr"];
}
