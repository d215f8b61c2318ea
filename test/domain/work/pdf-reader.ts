/** A PDF file taken apart far enough to ask it what a reader would find in it. */
export interface PdfFile {
  readonly pages: number;
  /** Titles of the outline, in the order they were made. */
  readonly outline: readonly string[];
  readonly links: readonly string[];
  /** The text of each page as copying it would give it, a line of the file's text objects a line. */
  readonly texts: readonly string[];
  /** The XML that says what the file is. */
  readonly metadata: string;
  /** The value of a key of the document's information or catalogue, such as `Title` or `Lang`. */
  value(key: string): string | undefined;
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

export async function readPdf(bytes: Uint8Array): Promise<PdfFile> {
  const file = latin1(bytes);
  const objects = new Map<string, string>();
  const streams = new Map<string, string>();
  for (const match of file.matchAll(/^(\d+) 0 obj\n([^]*?)\nendobj$/gmu)) {
    const [, id = "", body = ""] = match;
    const [dictionary = "", rest] = body.split("\nstream\n");
    objects.set(id, dictionary);
    if (rest === undefined) continue;
    const start = match.index + match[0].indexOf("\nstream\n") + 8;
    const length = Number(/\/Length (\d+)/u.exec(dictionary)?.[1]);
    const data = bytes.subarray(start, start + length);
    streams.set(id, dictionary.includes("FlateDecode") ? await inflate(data) : latin1(data));
  }
  const byNumber = [...objects].toSorted(([a], [b]) => Number(a) - Number(b));
  const all = byNumber.map(([, dictionary]) => dictionary);
  const pages = all.filter((dictionary) => /\/Type \/Page$/mu.test(dictionary));
  return {
    pages: pages.length,
    outline: all.filter((one) => one.includes("/Parent") && one.includes("/Title")).map(titleOf),
    links: all.flatMap((one) => stringsOf(one, "URI")),
    texts: pages.map((page) => {
      const resources = objects.get(follow(page, "Resources")) ?? "";
      const maps = new Map<string, string[]>();
      for (const [, name = "", id = ""] of resources.matchAll(/\/(F\d+) (\d+) 0 R/gu)) {
        const font = objects.get(id) ?? "";
        maps.set(name, unicodeMap(streams.get(follow(font, "ToUnicode")) ?? ""));
      }
      return textOf(streams.get(follow(page, "Contents")) ?? "", maps);
    }),
    metadata: [...streams.values()].find((stream) => stream.includes("<x:xmpmeta")) ?? "",
    value(key) {
      const heads = all.filter((one) => /\/Producer |\/Type \/Catalog/u.test(one));
      const holder = heads.find((one) => one.includes(`/${key} `));
      if (holder === undefined) return undefined;
      const [inPlace] = stringsOf(holder, key);
      return inPlace ?? decodeString((objects.get(follow(holder, key)) ?? "").slice(1, -1));
    },
  };
}

/** The number of the object that a key of a dictionary refers to. */
const follow = (dictionary: string, key: string): string =>
  new RegExp(`/${key} (\\d+) 0 R`, "u").exec(dictionary)?.[1] ?? "";

async function inflate(data: Uint8Array): Promise<string> {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  return latin1(new Uint8Array(await new Response(stream).arrayBuffer()));
}

const titleOf = (dictionary: string): string => stringsOf(dictionary, "Title")[0] ?? "";

const stringsOf = (dictionary: string, key: string): string[] =>
  [...dictionary.matchAll(new RegExp(`/${key} \\(((?:\\\\[^]|[^\\\\)])*)\\)`, "gu"))].map(
    ([, raw = ""]) => decodeString(raw),
  );

function decodeString(raw: string): string {
  const plain = raw.replaceAll(/\\([^])/gu, (_, one: string) => ({ n: "\n", r: "\r" })[one] ?? one);
  if (!plain.startsWith("\u00FE\u00FF")) return plain;
  const bytes = Uint8Array.from(plain.slice(2), (character) => character.charCodeAt(0));
  return new TextDecoder("utf-16be").decode(bytes);
}

const fromHex = (hex: string): string =>
  (hex.replaceAll(" ", "").match(/.{4}/gu) ?? [])
    .map((code) => String.fromCharCode(Number.parseInt(code, 16)))
    .join("");

/** What each glyph code stands for. */
function unicodeMap(cmap: string): string[] {
  const ranges = cmap.matchAll(/^<([0-9a-f]{4})> <[0-9a-f]{4}> \[(.*)\]$/gmu);
  const map: string[] = [];
  for (const [, first = "", entries = ""] of ranges) {
    [...entries.matchAll(/<([^>]*)>/gu)].forEach(([, hex = ""], i) => {
      map[Number.parseInt(first, 16) + i] = fromHex(hex);
    });
  }
  return map;
}

const OPERATORS =
  /\/(F\d+) [\d.]+ Tf|\/Span <<\/ActualText <FEFF([0-9A-F]*)>>> BDC|\[(.*)\] TJ|(EMC)|(ET)/gu;

function textOf(content: string, maps: ReadonlyMap<string, readonly string[]>): string {
  let [text, font] = ["", ""];
  let standsFor: string | undefined;
  for (const [, name, actual, shown, endOfMark, endOfText] of content.matchAll(OPERATORS)) {
    if (name !== undefined) font = name;
    if (actual !== undefined) [standsFor, text] = [actual, text + fromHex(actual)];
    if (shown !== undefined && standsFor === undefined) {
      const codes = [...shown.matchAll(/<([0-9a-f]+)>/gu)].map(([, hex]) => hex).join("");
      for (const code of codes.match(/.{4}/gu) ?? []) {
        text += maps.get(font)?.[Number.parseInt(code, 16)] ?? "";
      }
    }
    if (endOfMark !== undefined) standsFor = undefined;
    if (endOfText !== undefined) text += "\n";
  }
  return text;
}
