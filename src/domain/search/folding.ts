/** A word of a text, or a run of characters of a script that has no spaces, as it is compared. */
export interface Piece {
  readonly text: string;
  readonly isRun: boolean;
  /** Where it stands in the text that was read, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** What stays of a letter when its accent is no mark of its own: Unicode does not take these apart. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ŋ: "n", ŧ: "t",
}; // prettier-ignore

/** The scripts that `search_words` of the database takes apart into pairs of characters. */
const run =
  "\\u0E00-\\u0EFF\\u1000-\\u109F\\u1780-\\u17FF\\u2E80-\\u2FDF\\u3005-\\u3007\\u3021-\\u3029\\u3041-\\u309F" +
  "\\u30A1-\\u30FA\\u30FC-\\u30FF\\u31F0-\\u31FF\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uAC00-\\uD7AF\\uF900-\\uFAFF" +
  "\\u{20000}-\\u{3FFFF}";
const isOfRun = new RegExp(`^[${run}]`, "u");
const pieces = new RegExp(`[${run}]+|(?:(?![${run}])[\\p{L}\\p{N}\\p{M}])+`, "gu");

/** One character as it is compared: small, without its accents, in its everyday form. */
function fold(character: string): string {
  if (character <= "~") return character.toLowerCase();
  const bare = character
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[\u0300-\u036F]/gu, "")
    .normalize("NFC");
  return plainLetters[bare] ?? bare;
}

/** The words of a text, as the index of the database compares them, and where they stand. */
export function piecesOf(text: string): Piece[] {
  let folded = "";
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  for (const character of text) {
    const plain = fold(character);
    folded += plain;
    for (let unit = 0; unit < plain.length; unit += 1) {
      starts.push(position);
      ends.push(position + character.length);
    }
    // A mark that was folded away belongs to the letter before it.
    if (plain === "" && ends.length > 0) ends[ends.length - 1] = position + character.length;
    position += character.length;
  }
  return [...folded.matchAll(pieces)].map(({ 0: found, index }) => ({
    text: found,
    isRun: isOfRun.test(found),
    start: starts[index] ?? 0,
    end: ends[index + found.length - 1] ?? text.length,
  }));
}
