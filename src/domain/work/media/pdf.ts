import { type Anatomy, latin1, type Source, truncated } from "./anatomy";
import { refuseForeign, refuseForeignEnds } from "./polyglot";

const TAIL = 2048;

/**
 * Looks whether a PDF is whole and nothing else as well. It stays byte for byte as it is: what it says about
 * its author is a part of it, and a signature would not survive a change.
 *
 * @throws {BadFile}
 */
export async function dissectPdf(source: Source): Promise<Anatomy> {
  await refuseForeignEnds(source);
  const tail = await source.read(Math.max(0, source.size - TAIL), TAIL);
  const end = latin1(tail).lastIndexOf("%%EOF");
  if (end === -1) throw truncated("the document");
  refuseForeign(tail, end + 5, tail.byteLength);
  return { width: null, height: null, frames: 1, splices: [] };
}
