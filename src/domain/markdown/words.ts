/** Words and characters a minute; see {@link readingTime}. */
const wordsPerMinute = 238;
const charactersPerMinute = 500;

const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const wordCharacter = /[\p{L}\p{N}]/u;
/** Thai, Lao, Myanmar and Khmer: words without spaces between them. */
const unspaced = /[\u0E01-\u0EFF\u1000-\u109F\u1780-\u17FF]+/g;

const isAsciiWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

const isSpace = (code: number): boolean =>
  code <= 32 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000;

/** CJK and full-width punctuation ends a word. */
const isCjkPunctuation = (code: number): boolean =>
  (code >= 0x3001 && code <= 0x303f) || (code >= 0xff01 && code <= 0xff0f);

function countUnspaced(text: string): number {
  let words = 0;
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  for (const [run] of text.matchAll(unspaced)) {
    for (const { isWordLike } of segmenter.segment(run)) if (isWordLike) words += 1;
  }
  return words;
}

/**
 * How much there is to read: `words` are runs of non-space with a letter or digit in them (dictionary words
 * where the script has no spaces), `characters` those of Chinese, Japanese and Korean, which are counted one
 * by one and end a word.
 */
export function countWords(text: string): { words: number; characters: number } {
  let words = 0;
  let characters = 0;
  let inWord = false;
  const rest = unspaced.test(text) ? text.replace(unspaced, " ") : text;
  unspaced.lastIndex = 0;
  if (rest !== text) words += countUnspaced(text);
  for (let index = 0; index < rest.length; index += 1) {
    const code = rest.charCodeAt(index);
    if (code < 128 ? isAsciiWord(code) : false) {
      if (!inWord) words += 1;
      inWord = true;
    } else if (isSpace(code) || isCjkPunctuation(code)) {
      inWord = false;
    } else if (code >= 128) {
      const character = String.fromCodePoint(rest.codePointAt(index) ?? code);
      index += character.length - 1;
      if (code >= 0x1100 && ideograph.test(character)) {
        characters += 1;
        inWord = false;
      } else if (!inWord && wordCharacter.test(character)) {
        words += 1;
        inWord = true;
      }
    }
  }
  return { words, characters };
}

/**
 * Minutes to read that much, rounded, at least 1 unless there is nothing.
 *
 * 238 words a minute is the mean for silent reading of English non-fiction in M. Brysbaert, "How many words
 * do we read per minute?", Journal of Memory and Language 109 (2019); 500 characters a minute for Chinese,
 * Japanese and Korean is what Medium states for its own reading times.
 */
export function readingTime({ words, characters }: { words: number; characters: number }): number {
  if (words + characters === 0) return 0;
  return Math.max(1, Math.round(words / wordsPerMinute + characters / charactersPerMinute));
}
