/** Enough to tell a text's script by. */
const SAMPLE = 20_000;

/**
 * The language of a text, as BCP 47 writes it: what its author says it is, else what its script tells,
 * else English. A script that several languages share is told without one: `und-Cyrl`.
 *
 * @param said of any type, as it stood in a post's metadata.
 */
export const languageOf = (said: unknown, text: string): string =>
  canonical(said) ?? languageByScript(text.slice(0, SAMPLE));

function canonical(said: unknown): string | undefined {
  if (typeof said !== "string") return undefined;
  try {
    return Intl.getCanonicalLocales(said.trim().replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}

function languageByScript(text: string): string {
  const count = (letters: RegExp): number => text.match(letters)?.length ?? 0;
  const ideographs = count(/\p{Script=Han}/gu);
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  const hangul = count(/\p{Script=Hangul}/gu);
  const candidates = [
    ["en", count(/\p{Script=Latin}/gu)],
    ["el", count(/\p{Script=Greek}/gu)],
    ["und-Cyrl", count(/\p{Script=Cyrillic}/gu)],
    ["ko", hangul > ideographs ? hangul + ideographs : 0],
    // No Japanese text goes far without kana; a Chinese one may quote some.
    ["ja", kana * 10 > ideographs ? kana + ideographs : 0],
    ["zh", ideographs],
  ] as const;
  const most = Math.max(...candidates.map(([, letters]) => letters));
  return candidates.find(([, letters]) => letters === most)?.[0] ?? "en";
}
