import Papa from "papaparse";

/** A record of a CSV source, and where it stood. */
export interface CsvRecord {
  /** Empty for a line whose quotes make no sense. */
  readonly cells: readonly string[];
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** How a source is written, as its first record tells. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly newline: "\n" | "\r";
}

/** How far a source has been read: what a job keeps as its cursor. */
export interface CsvPosition {
  /** Bytes. */
  readonly offset: number;
  readonly lines: number;
  /** Whether it stands in a line that is too long to be one, and has been told of. */
  readonly isInsideBroken: boolean;
}

export interface CsvBatch {
  readonly records: readonly CsvRecord[];
  readonly end: CsvPosition;
}

/** The first record of a source. */
export interface CsvHead extends CsvBatch {
  readonly dialect: CsvDialect;
}

const RECORDS = 500;
/** What is parsed at a time, in bytes. */
const WINDOW = 128 * 1024;
/** The longest record, in bytes: else a quote that is not closed would be the rest of the source. */
const RECORD_LIMIT = 32 * 1024;
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
const delimiters = [",", ";", "\t", "|"];

/**
 * Reads the first record of a source.
 *
 * @param beginning of the source: all of it, or at least 64 KiB.
 * @param isHead tells the right delimiter by the cells that come of it.
 * @returns undefined when none of them is right.
 */
export function readHead(
  beginning: Uint8Array,
  isHead: (cells: readonly string[]) => boolean,
): CsvHead | undefined {
  const whole = textOf(beginning);
  const skipped = whole.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  const text = whole.slice(skipped);
  const start = { offset: skipped, lines: 0, isInsideBroken: false };
  const newline = text.includes("\n") || !text.includes("\r") ? "\n" : "\r";
  for (const delimiter of delimiters) {
    const dialect = { delimiter, newline } as const;
    const { records, end } = take(text, start, dialect, { isLast: true, most: 1 });
    if (records[0] && isHead(records[0].cells)) return { records, end, dialect };
  }
  return undefined;
}

/**
 * Reads CSV (RFC 4180) in batches, holding little of it in memory however long it is. Lines may end in any
 * way; a quote that is not closed, or not escaped, costs its line and no other. Empty lines are left out.
 * What is not UTF-8 is taken for Windows-1252, which spreadsheets like to write.
 *
 * @param start where `stream` begins, in the whole of the source.
 */
export async function* readCsv(
  stream: ReadableStream<Uint8Array>,
  start: CsvPosition,
  dialect: CsvDialect,
): AsyncGenerator<CsvBatch> {
  let position = start;
  let records: CsvRecord[] = [];
  let text = "";
  for await (const { piece, isLast } of piecesOf(stream)) {
    text += piece;
    for (let isStuck = false; !isStuck;) {
      const taken = take(text, position, dialect, { isLast, most: RECORDS - records.length });
      isStuck = taken.length === 0;
      text = text.slice(taken.length);
      position = taken.end;
      records.push(...taken.records);
      if (records.length < RECORDS) continue;
      yield { records, end: position };
      records = [];
    }
  }
  yield { records, end: position };
}

interface Taken extends CsvBatch {
  /** Of the text. */
  readonly length: number;
}

/** Takes records off the beginning of a text: none when it would have to be longer for that. */
function take(
  text: string,
  start: CsvPosition,
  dialect: CsvDialect,
  { isLast, most }: { isLast: boolean; most: number },
): Taken {
  if (start.isInsideBroken) return skipLine(text, start, dialect, []);
  const records: CsvRecord[] = [];
  let [length, lines, isBroken] = [0, start.lines, false];
  const parser = new Papa.Parser({
    ...dialect,
    quoteChar: '"',
    step({ data, errors, meta }: Papa.ParseStepResult<string[][]>) {
      if (errors.length > 0) {
        isBroken = true;
        return parser.abort();
      }
      const [row = []] = data;
      const cells = row.map((cell, index) => decode(index < row.length - 1 ? cell : unended(cell)));
      if (cells.some((cell) => cell.trim() !== "")) records.push({ cells, line: lines + 1 });
      lines += linesIn(text.slice(length, meta.cursor), dialect);
      length = meta.cursor;
      if (records.length >= most) parser.abort();
    },
  });
  parser.parse(text, 0, !isLast);
  const end = { offset: start.offset + length, lines, isInsideBroken: false };
  const isFull = records.length >= most;
  const isTooLong = !isFull && !isLast && text.length - length > RECORD_LIMIT;
  if (!isBroken && !isTooLong) return { records, length, end };
  const skipped = skipLine(text.slice(length), end, dialect, [
    ...records,
    { cells: [], line: lines + 1 },
  ]);
  return { ...skipped, length: length + skipped.length };
}

/** The rest of a line that cannot be read, or as much of it as there is. */
function skipLine(
  text: string,
  { offset, lines }: CsvPosition,
  { newline }: CsvDialect,
  records: readonly CsvRecord[],
): Taken {
  const at = text.indexOf(newline);
  const length = at === -1 ? text.length : at + 1;
  const isInsideBroken = at === -1;
  const end = { offset: offset + length, lines: lines + (at === -1 ? 0 : 1), isInsideBroken };
  return { records, length, end };
}

const unended = (cell: string): string => (cell.endsWith("\r") ? cell.slice(0, -1) : cell);

const linesIn = (text: string, { newline }: CsvDialect): number => text.split(newline).length - 1;

/** A byte a character (ISO 8859-1): places in the text are then places in the source. */
async function* piecesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<{ piece: string; isLast: boolean }> {
  let piece = "";
  for await (const chunk of stream) {
    piece += textOf(chunk);
    if (piece.length < WINDOW) continue;
    yield { piece, isLast: false };
    piece = "";
  }
  yield { piece, isLast: true };
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x20_00) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x20_00));
  }
  return text;
}

function decode(cell: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(cell)) return cell;
  const bytes = Uint8Array.from(cell, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
