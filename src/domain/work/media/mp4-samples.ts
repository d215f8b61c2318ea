import { truncated } from "./anatomy";
import { type Box, boxesIn, FieldReader } from "./boxes";

/** Some of the bytes of a file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

interface Index {
  readonly bytes: Uint8Array;
  readonly base: number;
  /** Of the file. */
  readonly size: number;
}

/**
 * Where the samples of a track are, a chunk each (ISO/IEC 14496-12, sections 8.7.3 to 8.7.5).
 *
 * @param track the boxes in it.
 * @throws {BadFile}
 */
export function samplesOf(index: Index, track: readonly Box[]): Extent[] {
  const table = ["mdia", "minf", "stbl"].reduce<readonly Box[]>((boxes, name) => {
    const box = boxes.find(({ type }) => type === name);
    return box ? boxesIn(index.bytes, index.base, box.body, box.end) : [];
  }, track);
  const sizes = sizesIn(fieldsOf(index, table, "stsz"));
  const runs = runsIn(fieldsOf(index, table, "stsc"));
  const places =
    placesIn(fieldsOf(index, table, "stco"), 4) ??
    placesIn(fieldsOf(index, table, "co64"), 8) ??
    [];
  let sample = 0;
  let run = 0;
  return places.map((offset, chunk) => {
    while ((runs[run + 1]?.first ?? Infinity) <= chunk + 1) run += 1;
    const count = runs[run]?.samples ?? 0;
    const length = sizes(sample, count);
    sample += count;
    if (offset + length > index.size) throw truncated("a sample");
    return { offset, length };
  });
}

function fieldsOf(
  { bytes, base }: Index,
  table: readonly Box[],
  name: string,
): FieldReader | undefined {
  const box = table.find(({ type }) => type === name);
  return box && new FieldReader(bytes.subarray(box.body + 4 - base, box.end - base));
}

/** How long so many samples are together, from one on: all of one size, or each of its own. */
function sizesIn(fields: FieldReader | undefined): (first: number, count: number) => number {
  const same = fields?.next(4) ?? 0;
  const total = fields?.next(4) ?? 0;
  if (!fields || same > 0)
    return (first, count) => same * Math.max(0, Math.min(count, total - first));
  const list = listIn(total, () => fields.next(4));
  return (first, count) => list.slice(first, first + count).reduce((sum, size) => sum + size, 0);
}

const runsIn = (fields: FieldReader | undefined) =>
  fields
    ? listIn(fields.next(4), () => {
        const [first, samples] = [fields.next(4), fields.next(4)];
        fields.skip(4);
        return { first, samples };
      })
    : [];

const placesIn = (fields: FieldReader | undefined, size: number): number[] | undefined =>
  fields && listIn(fields.next(4), () => fields.next(size));

/** As many as a count says; the reader ends what the count exaggerates. */
function listIn<Entry>(count: number, read: () => Entry): Entry[] {
  const list: Entry[] = [];
  for (let left = count; left > 0; left -= 1) list.push(read());
  return list;
}
