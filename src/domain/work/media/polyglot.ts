import { BadFile, latin1, type Source } from "./anatomy";

// oxlint-disable no-control-regex -- the first bytes of formats are what is looked for

/** How other formats begin that a reader finds anywhere in a file, and markup that a browser would act on. */
const foreign =
  /PK\x03\x04|PK\x05\x06|%PDF-\d|Rar!\x1A\x07|7z\xBC\xAF\x27\x1C|<script[\s>/]|<html[\s>]|<!doctype\s+html|<svg[\s>]|<iframe[\s>]|<\?php/iu;
/** How programs begin: told by the first bytes only, because two or four of them stand anywhere. */
const program = /^\0*(?:MZ|\x7FELF|#!\/|\xCA\xFE\xBA\xBE|\xCF\xFA\xED\xFE)/u;

const polyglot = (): BadFile =>
  new BadFile("file_polyglot", "The file is something else as well: another format hides in it.");

/** Refuses a part of a file that no decoder of its own format looks at and one of another format would. */
export function refuseForeign(bytes: Uint8Array, from: number, to: number): void {
  const text = latin1(bytes, from, to);
  if (foreign.test(text) || program.test(text)) throw polyglot();
}

/** A ZIP is found from its end (APPNOTE, section 4.3.16): its last record names the length of its comment. */
const ZIP_TAIL = 65_557;

/** Refuses a long file whose first kilobyte is also a PDF or whose end is also a ZIP. */
export async function refuseForeignEnds(source: Source): Promise<void> {
  const start = latin1(await source.read(0, 1024));
  if (start.indexOf("%PDF-") > 0) throw polyglot();
  const tail = await source.read(Math.max(0, source.size - ZIP_TAIL), ZIP_TAIL);
  const text = latin1(tail);
  for (let at = text.indexOf("PK\x05\x06"); at !== -1; at = text.indexOf("PK\x05\x06", at + 1)) {
    const comment = (tail[at + 20] ?? 0) + (tail[at + 21] ?? 0) * 256;
    if (at + 22 + comment === tail.byteLength) throw polyglot();
  }
}
