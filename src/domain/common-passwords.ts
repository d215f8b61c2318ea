/**
 * Passwords that are long enough and still among the first that anyone would try. A list of them would
 * be long and never complete, so this is mostly rules for how people make them: a known word with
 * digits around it, a walk over the keyboard, the same thing over and over.
 *
 * @param email of the account: hardly more than its name is no password either.
 */
export function isCommonPassword(password: string, email: string | null): boolean {
  const plain = password.toLowerCase().normalize("NFKC");
  return (
    new Set(plain).size < 5 ||
    isRepetition(plain) ||
    isMostlyWalks(plain) ||
    isKnownWords(plain) ||
    isMostly(plain, email)
  );
}

/** What must be left of a password when what everybody knows is taken away. */
const ENOUGH = 6;

/** A short piece, again and again. */
const isRepetition = (plain: string): boolean => /^(.{1,8}?)\1+.{0,3}$/u.test(plain);

/** Keys that lie in a row, and characters that follow each other. */
const walks = [
  "qwertyuiop[]",
  "asdfghjkl;'",
  "zxcvbnm,./",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "1234567890-=",
  "01234567890",
  "!@#$%^&*()_+",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "a1b2c3d4e5f6g7h8i9j0",
  "abcdefghijklmnopqrstuvwxyz",
].flatMap((walk) => [walk, [...walk].toReversed().join("")]);

/** Takes every piece of three or more characters away that is part of a walk, longest first. */
function isMostlyWalks(plain: string): boolean {
  let left = 0;
  for (let at = 0; at < plain.length;) {
    const length = walkLengthAt(plain, at);
    if (length >= 3) at += length;
    else {
      left += 1;
      at += 1;
    }
  }
  return left < ENOUGH - 2 && left < plain.length / 2;
}

function walkLengthAt(plain: string, from: number): number {
  let longest = 0;
  for (const walk of walks) {
    let length = longest + 1;
    while (from + length <= plain.length && walk.includes(plain.slice(from, from + length))) {
      longest = length;
      length += 1;
    }
  }
  return longest;
}

/** Letters that people write as digits and signs. */
const disguises: Readonly<Record<string, string>> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "1": "i",
  "!": "i",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
};

const undisguise = (text: string): string =>
  text.replaceAll(/[@431!0$57]/gu, (character) => disguises[character] ?? character);

/** Nothing but known words, once digits and signs between them are gone or read as letters. */
function isKnownWords(plain: string): boolean {
  const bare = plain.replaceAll(/[^\p{L}]+/gu, "");
  const trimmed = plain.replaceAll(/^[^\p{L}@$]+|[^\p{L}@$]+$/gu, "");
  return [bare, undisguise(trimmed).replaceAll(/[^\p{L}]+/gu, "")].some(
    (letters) => letters.length > 0 && isMadeOfWords(letters),
  );
}

/** Remembers how far words reach, rather than trying every way to split: time stays linear. */
function isMadeOfWords(letters: string): boolean {
  const ends = new Set([0]);
  for (let from = 0; from < letters.length; from += 1) {
    if (!ends.has(from)) continue;
    for (let to = from + 1; to <= from + LONGEST_WORD; to += 1) {
      if (words.has(letters.slice(from, to))) ends.add(Math.min(to, letters.length));
    }
  }
  return ends.has(letters.length);
}

/** By what they are about: signing in, the first idea, love, play, the seasons, this very program. */
const words: ReadonlySet<string> = new Set(
  `password passwort passwd pass motdepasse contrasena parola senha secret geheim login signin logon access
  admin administrator root user guest owner master superuser system server default temp temporary changeme
  change me test testing tester example sample demo private public account security secure letmein let in
  open sesame please enter welcome hello hallo hola bonjour goodbye thanks nothing something whatever
  computer internet windows microsoft apple google facebook linux ubuntu cisco oracle database network
  iloveyou i love you lovely forever always baby babygirl angel princess prince sweetheart darling sunshine
  rainbow flower butterfly chocolate cookie cheese banana orange purple football baseball basketball soccer
  hockey superman batman spiderman starwars pokemon naruto minecraft dragon monkey tiger shadow killer
  hunter ranger mustang ferrari harley samsung nintendo playstation matrix freedom trust no one trustno
  michael jennifer jessica jordan daniel andrew ashley charlie thomas robert spring summer autumn fall
  winter january february march april may june july august september october november december monday
  tuesday wednesday thursday friday saturday sunday birthday christmas happy new year my your the is a it
  was this that qwerty azerty qwertz asdf zxcv abc imprint publish publisher publishing editor author
  writer blog news website wordpress ghost magazine best correct horse battery staple`.split(
    /\s+/u,
  ),
);

const LONGEST_WORD = Math.max(...[...words].map(({ length }) => length));

function isMostly(plain: string, email: string | null): boolean {
  const [name = "", domain = ""] = (email ?? "").toLowerCase().split("@");
  const parts = [name, ...name.split(/[.+_-]/u), domain, ...domain.split(".").slice(0, -1)];
  const known = parts
    .filter((part) => part.length >= 3)
    .toSorted((left, right) => right.length - left.length);
  const left = known.reduce((text, part) => text.replaceAll(part, ""), plain);
  return left.length < plain.length && left.replaceAll(/[^\p{L}\p{N}]/gu, "").length < ENOUGH;
}
