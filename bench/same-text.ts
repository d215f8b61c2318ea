import { LocalFailure } from "#local/failure";

/** How much of two texts is shown around the place where they part. */
const SHOWN = 60;

/**
 * Makes sure that all of these answer with the same text, byte for byte: whoever leaves something out has less
 * to do, and what was measured would mean nothing.
 *
 * @param urls by the name of who answers; the first is what the others are held to.
 * @returns that text.
 * @throws LocalFailure naming who differs and where.
 */
export async function requireSameText(urls: Readonly<Record<string, string>>): Promise<string> {
  const texts: { name: string; text: string }[] = [];
  for (const [name, url] of Object.entries(urls)) {
    const answer = await fetch(url);
    if (answer.status !== 200)
      throw new LocalFailure(`${name} answered ${answer.status} to ${url}`);
    texts.push({ name, text: await answer.text() });
  }
  const [first, ...others] = texts;
  for (const other of first ? others : []) {
    const difference = first && differenceOf(first.text, other.text);
    if (difference) {
      throw new LocalFailure(`${other.name} is not comparable with ${first?.name}: ${difference}`);
    }
  }
  return first?.text ?? "";
}

/** Where two texts part, in words; null when they are the same. */
export function differenceOf(one: string, other: string): string | null {
  if (one === other) return null;
  const length = Math.min(one.length, other.length);
  let index = 0;
  while (index < length && one[index] === other[index]) index += 1;
  const around = (text: string): string =>
    JSON.stringify(text.slice(Math.max(0, index - SHOWN), index + SHOWN));
  return `at ${index} one says ${around(one)}, the other ${around(other)}`;
}
