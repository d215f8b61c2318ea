import { bomb, corrupt, latin1, truncated, viewOf } from "./anatomy";

/** A part of an ISO base media file (ISO/IEC 14496-12, section 4.2). */
export interface Box {
  readonly type: string;
  /** Of its header, of what it holds, and of the first byte behind it: all in the file. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/**
 * Reads the header of a box.
 *
 * @param head the bytes at `start`: 16 of them, fewer only where the file ends.
 * @param limit where whatever it stands in ends.
 */
export function boxIn(head: Uint8Array, start: number, limit: number): Box {
  if (head.byteLength < 8) throw truncated("a box");
  const view = viewOf(head);
  const type = latin1(head, 4, 8);
  const short = view.getUint32(0);
  if (short === 1 && head.byteLength < 16) throw truncated("a box");
  const size = short === 0 ? limit - start : short === 1 ? Number(view.getBigUint64(8)) : short;
  const body = start + (short === 1 ? 16 : 8);
  if (start + size > limit) throw truncated(`a box`);
  if (start + size < body) throw corrupt("A box has an impossible length.");
  return { type, start, body, end: start + size };
}

/** Each costs more in memory than the eight bytes that it can be written in. */
const MOST_BOXES = 50_000;

/**
 * The boxes in a part of a file.
 *
 * @param bytes a part of the file, or all of it.
 * @param base where it begins in the file; positions are counted in the file.
 */
export function boxesIn(bytes: Uint8Array, base: number, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; at = boxes.at(-1)?.end ?? to) {
    if (boxes.length >= MOST_BOXES) throw bomb("The file has too many parts.");
    const rest = to - at;
    // Four zeros end the list of user data (QuickTime File Format, "User Data Atoms").
    if (rest < 8) break;
    boxes.push(boxIn(bytes.subarray(at - base, at - base + Math.min(16, rest)), at, to));
  }
  return boxes;
}

/** Big-endian numbers of one, two, four or eight bytes, one after another. */
export class FieldReader {
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#view = viewOf(bytes);
    this.#at = at;
  }

  /** @throws {BadFile} at the end. */
  next(size: number): number {
    const at = this.#at;
    if (at + size > this.#view.byteLength) throw truncated("a box");
    this.#at += size;
    if (size === 0) return 0;
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 3) return this.#view.getUint16(at) * 256 + this.#view.getUint8(at + 2);
    if (size === 4) return this.#view.getUint32(at);
    return Number(this.#view.getBigUint64(at));
  }

  /** Text up to the next NUL, which is read over. */
  text(): string {
    let text = "";
    for (let code = this.next(1); code !== 0; code = this.next(1))
      text += String.fromCharCode(code);
    return text;
  }

  skip(size: number): void {
    this.#at += size;
  }
}
