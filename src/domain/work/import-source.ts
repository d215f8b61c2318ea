/** A line of the source, and where the next one begins. */
export interface SourceLine {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** How far a source has been read: what a job keeps as its cursor. */
export interface SourcePosition {
  /** Bytes. */
  readonly offset: number;
  readonly lines: number;
}

export interface SourceBatch {
  readonly lines: readonly SourceLine[];
  readonly end: SourcePosition;
}

const LINES = 50;
/** What a batch holds at most, unless one line alone is longer. */
const BATCH_BYTES = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Reads NDJSON in batches of at most 50 lines, holding no more than one of them in memory. Empty lines
 * are left out; the last batch ends where the source does.
 *
 * @param start where `stream` begins, in the whole of the source.
 */
export async function* readBatches(
  stream: ReadableStream<Uint8Array>,
  start: SourcePosition,
): AsyncGenerator<SourceBatch> {
  let end = start;
  let lines: SourceLine[] = [];
  let bytes = 0;
  for await (const line of splitLines(stream)) {
    end = { offset: end.offset + line.byteLength, lines: end.lines + 1 };
    const text = textOf(line);
    if (text !== "") lines.push({ text, number: end.lines });
    bytes += line.byteLength;
    if (lines.length < LINES && bytes < BATCH_BYTES) continue;
    yield { lines, end };
    lines = [];
    bytes = 0;
  }
  if (bytes > 0) yield { lines, end };
}

/** JSON is UTF-8 (RFC 8259, section 8.1): a line that is not becomes one that is no JSON either. */
function textOf(line: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(line).trim();
  } catch {
    return "\u{fffd}";
  }
}

/** Each line with the newline that ends it; the last may have none. */
async function* splitLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield joined([...pieces, chunk.subarray(from, at + 1)]);
      pieces = [];
      from = at + 1;
    }
    if (from < chunk.byteLength) pieces.push(chunk.slice(from));
  }
  if (pieces.length > 0) yield joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
