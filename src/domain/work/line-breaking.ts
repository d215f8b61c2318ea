/** A piece of text that stays on one line if it can. Offsets are UTF-16 units of the whole text. */
export interface Segment {
  readonly start: number;
  /** Where its ink ends: what follows up to `end` is space, which may hang over the edge of the line. */
  readonly ink: number;
  readonly end: number;
  /** The line ends after this segment, full or not. */
  readonly hard: boolean;
}

const SPACE = /[ \t\u1680\u2000-\u2006\u2008-\u200B\u205F\u3000]/u;
const IDEOGRAPH =
  /[\u2E80-\u2FFF\u3001-\u30FF\u3105-\u312F\u3190-\u9FFF\uF900-\uFAFF\uFE30-\uFE4F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFF}]/u;
const WORD = /[\p{L}\p{N}]/u;
const LETTER = /\p{L}/u;
const MARK = /\p{M}/u;
// Characters that may not begin a line, and those that may not end one, in East Asian text.
const NO_START =
  /[、。，．：；！？」』）］｝〉》】〕〗〙〛”’…‥ー～々〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ・﹐-﹗%‰℃!-),.:;?\]}]/u;
const NO_END = /[「『（［｛〈《【〔〖〘〚“‘([{$£¥￥＄＃]/u;

/**
 * Cuts text where a line may end: after spaces, hyphens, dashes and slashes inside words, and between
 * ideographs as far as their punctuation allows. A working subset of UAX #14; Korean breaks at spaces.
 */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  let position = 0;
  let before = "";
  let beforeThat = "";
  const close = (ink: number, hard: boolean): void => {
    segments.push({ start, ink, end: position, hard });
    start = position;
  };
  while (position < text.length) {
    const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
    if (position > start && mayBreak(beforeThat, before, character)) close(position, false);
    if (character === "\n" || SPACE.test(character)) {
      const ink = position;
      while (SPACE.test(text.charAt(position))) position += 1;
      const hard = text.charAt(position) === "\n";
      if (hard) position += 1;
      close(ink, hard);
      before = "";
    } else {
      position += character.length;
      beforeThat = before;
      before = character;
    }
  }
  if (start < text.length) close(text.length, false);
  return segments;
}

function mayBreak(beforeThat: string, before: string, after: string): boolean {
  if (before === "" || MARK.test(after) || SPACE.test(after) || after === "\n") return false;
  if (IDEOGRAPH.test(before) || IDEOGRAPH.test(after)) {
    return (
      !NO_START.test(after) && !NO_END.test(before) && before !== "\u00A0" && after !== "\u00A0"
    );
  }
  if (!WORD.test(beforeThat)) return false;
  if (before === "-" || before === "\u2010") return LETTER.test(after);
  return (before === "/" || before === "\u2013" || before === "\u2014") && WORD.test(after);
}

/**
 * The places where a text that is too long for a line may be cut in need: between any two characters,
 * never before a mark that sits on the one before it.
 */
export function charactersOf(text: string): string[] {
  const characters: string[] = [];
  for (const character of text) {
    const last = characters.length - 1;
    if (last >= 0 && MARK.test(character)) characters[last] += character;
    else characters.push(character);
  }
  return characters;
}

/** Whether a long word or address reads better when it is cut after this character. */
export const isGoodCut = (character: string): boolean => /[-/?&=._~%#:;,+@|)\]}]/u.test(character);
