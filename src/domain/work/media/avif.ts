import { type Anatomy, bomb, corrupt, latin1, type Splice, truncated } from "./anatomy";
import { type Box, boxesIn, FieldReader } from "./boxes";
import { refuseForeign } from "./polyglot";

const SPARE = new Set(["free", "skip", "uuid", "udta"]);
/** A picture is put together from tiles; each of them is decoded by itself. */
const MOST_ITEMS = 1000;
const MOST_EXTENTS = 10_000;

interface Item {
  readonly id: number;
  readonly type: string;
}

/** Where a part of an item is, in the file. */
interface Extent {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads an AVIF (AV1 Image File Format 1.1, on HEIF, ISO/IEC 23008-12). Exif and XMP data become zeros where
 * they are, so that nothing moves; how the picture is to be turned stands elsewhere and stays.
 *
 * @throws {BadFile}
 */
export function dissectAvif(bytes: Uint8Array): Anatomy {
  const boxes = boxesIn(bytes, 0, 0, bytes.byteLength);
  const rest = boxes.at(-1)?.end ?? 0;
  if (rest < bytes.byteLength) refuseForeign(bytes, rest, bytes.byteLength);
  const meta = boxes.find(({ type }) => type === "meta");
  if (!meta) throw corrupt("There is no picture in the file.");
  const inner = boxesIn(bytes, 0, meta.body + 4, meta.end);
  const { width, height } = sizeIn(bytes, inner);
  const extents = extentsIn(bytes, inner);
  if (
    [...extents.values()].flat().some(({ offset, length }) => offset + length > bytes.byteLength)
  ) {
    throw truncated("the picture");
  }
  const told = itemsIn(bytes, inner).filter(({ type }) => type === "Exif" || type === "mime");
  const spare = [...boxes, ...inner].filter(({ type }) => SPARE.has(type));
  const splices = [
    ...told.flatMap(({ id }) => extents.get(id) ?? []),
    ...spare.map(({ body, end }) => ({ offset: body, length: end - body })),
  ].map((extent) => zeros(bytes, extent));
  return { width, height, frames: framesIn(bytes, boxes), splices: inOrder(splices) };
}

function zeros(bytes: Uint8Array, { offset, length }: Extent): Splice {
  refuseForeign(bytes, offset, offset + length);
  return { offset, length, bytes: new Uint8Array(length) };
}

const inOrder = (splices: readonly Splice[]): Splice[] => {
  const sorted = splices.toSorted((a, b) => a.offset - b.offset);
  return sorted.filter(({ offset }, index) => {
    const before = sorted[index - 1];
    return !before || offset >= before.offset + before.length;
  });
};

/** The largest of all sizes that the file names: that of the picture put together, not that of a tile. */
function sizeIn(bytes: Uint8Array, inner: readonly Box[]): { width: number; height: number } {
  const properties = childOf(bytes, childOf(bytes, inner, "iprp", 0), "ipco");
  const sizes = properties
    .filter(({ type }) => type === "ispe")
    .map(({ body, end }) => {
      const fields = new FieldReader(bytes.subarray(body + 4, end));
      return { width: fields.next(4), height: fields.next(4) };
    });
  const [largest] = sizes.toSorted((a, b) => b.width * b.height - a.width * a.height);
  if (!largest || largest.width === 0 || largest.height === 0)
    throw corrupt("The picture has no size.");
  return largest;
}

function childOf(bytes: Uint8Array, boxes: readonly Box[], name: string, head = 0): Box[] {
  const box = boxes.find(({ type }) => type === name);
  return box ? boxesIn(bytes, 0, box.body + head, box.end) : [];
}

function itemsIn(bytes: Uint8Array, inner: readonly Box[]): Item[] {
  const table = inner.find(({ type }) => type === "iinf");
  if (!table) return [];
  const version = bytes[table.body] ?? 0;
  const from = table.body + 4 + (version === 0 ? 2 : 4);
  return boxesIn(bytes, 0, from, table.end)
    .filter(({ type }) => type === "infe")
    .map(({ body, end }) => {
      const wide = (bytes[body] ?? 0) > 2;
      const fields = new FieldReader(bytes.subarray(body + 4, end));
      const id = fields.next(wide ? 4 : 2);
      const at = body + 4 + (wide ? 6 : 4);
      return { id, type: latin1(bytes, at, at + 4) };
    });
}

/** Where each item's bytes are (ISO/IEC 14496-12, section 8.11.3). */
function extentsIn(bytes: Uint8Array, inner: readonly Box[]): Map<number, Extent[]> {
  const table = inner.find(({ type }) => type === "iloc");
  const found = new Map<number, Extent[]>();
  if (!table) return found;
  const data = inner.find(({ type }) => type === "idat");
  const version = bytes[table.body] ?? 0;
  const fields = new FieldReader(bytes.subarray(table.body + 4, table.end));
  const [sizes, more] = [fields.next(1), fields.next(1)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 4, sizes & 15, more >> 4];
  const indexSize = version === 0 ? 0 : more & 15;
  const count = fields.next(version < 2 ? 2 : 4);
  if (count > MOST_ITEMS) throw bomb("The picture has too many parts.");
  let all = 0;
  for (let index = 0; index < count; index += 1) {
    const id = fields.next(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : fields.next(2) & 15;
    fields.skip(2);
    const base = fields.next(baseSize) + (method === 1 ? (data?.body ?? 0) : 0);
    const length = fields.next(2);
    all += length;
    if (all > MOST_EXTENTS) throw bomb("The picture has too many parts.");
    const extents = Array.from({ length }, () => {
      fields.skip(indexSize);
      const offset = base + fields.next(offsetSize);
      return { offset, length: fields.next(lengthSize) };
    });
    found.set(id, extents);
  }
  return found;
}

/** A sequence is a track, and its table of sample sizes tells how many pictures it has. */
function framesIn(bytes: Uint8Array, boxes: readonly Box[]): number {
  const counts = childOf(bytes, boxes, "moov")
    .filter(({ type }) => type === "trak")
    .map((track) => {
      const media = childOf(bytes, boxesIn(bytes, 0, track.body, track.end), "mdia");
      const table = childOf(bytes, childOf(bytes, media, "minf"), "stbl");
      const sizes = table.find(({ type }) => type === "stsz");
      return sizes ? new FieldReader(bytes.subarray(sizes.body + 8, sizes.end)).next(4) : 1;
    });
  return Math.max(1, ...counts);
}
