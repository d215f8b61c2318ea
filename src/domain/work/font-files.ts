import type { Fonts } from "./fonts";

/** Files stay in the isolate: a second report does not fetch them again. */
const loaded = new Map<string, Promise<Uint8Array>>();

/** The fonts among the worker's static assets. */
export const fontsIn = (assets: Fetcher): Fonts => ({
  load(name) {
    const known = loaded.get(name);
    if (known) return known;
    const file = fetchFont(assets, name);
    loaded.set(name, file);
    // A fetch that failed is tried again by the next one who asks.
    file.catch(() => loaded.delete(name));
    return file;
  },
});

async function fetchFont(assets: Fetcher, name: string): Promise<Uint8Array> {
  const response = await assets.fetch(`https://assets.local/fonts/${name}`);
  if (!response.ok) throw new Error(`The font ${name} is not among the assets.`);
  return new Uint8Array(await response.arrayBuffer());
}
