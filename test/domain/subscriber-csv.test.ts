import * as fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";

import { columnsOf, readCell, safeCell, toRecord } from "#domain/subscriber-csv";
import { type CsvRecord, readCsv, readHead } from "#domain/work/csv-source";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** In pieces of a few bytes, or as one. */
const inPieces = (bytes: Uint8Array, size: number): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.subarray(at, at + size));
      }
      controller.close();
    },
  });

const START = { offset: 0, lines: 0, isInsideBroken: false };
const COMMAS = { delimiter: ",", newline: "\n" } as const;

async function readAll(text: string, size = 1 << 20, dialect = COMMAS) {
  const bytes = bytesOf(text);
  const records: CsvRecord[] = [];
  let end = START;
  for await (const batch of readCsv(inPieces(bytes, size), START, dialect)) {
    records.push(...batch.records);
    ({ end } = batch);
  }
  return { records, end, size: bytes.byteLength };
}

const anyText = fc.string({
  unit: fc.constantFrom(..."=+-@'\"\t\r\n,;| aé🎈＝＋－＠".split(/(?:)/u)),
  maxLength: 12,
});

describe("a cell", () => {
  it("is no formula once it is safe, and comes back as it was", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const safe = safeCell(text);
        expect(safe).not.toMatch(/^[=+\-@\t\r＝＋－＠]/u);
        expect(readCell(safe)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("survives being written and read by another's reader", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 2, maxLength: 5 }), (cells) => {
        const { data, errors } = Papa.parse<string[]>(toRecord(cells).slice(0, -2), {
          delimiter: ",",
        });
        expect(errors.filter(({ type }) => type === "Quotes")).toEqual([]);
        expect(data[0]?.map(readCell)).toEqual(cells);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a reader of CSV", () => {
  it("reads what is well formed as it was written, in whatever pieces it comes", async () => {
    const cell = fc.string({ unit: fc.constantFrom(...'"\n, aé🎈'.split(/(?:)/u)), maxLength: 8 });
    const row = fc.array(cell, { minLength: 2, maxLength: 4 }).map((cells) => ["x", ...cells]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const text = Papa.unparse(rows, { newline: "\r\n", quotes: true });
          const { records, end, size: whole } = await readAll(text, size);
          expect(records.map(({ cells }) => cells)).toEqual(rows);
          expect(end.offset).toBe(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("never loses a line, never reads one twice and never stops, whatever it is given", async () => {
    const anything = fc.string({
      unit: fc.constantFrom(...'""\n\r,;x '.split(/(?:)/u)),
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const { records, end, size } = await readAll(text);
        expect(end.offset).toBe(size);
        expect(end.lines).toBe(text.split("\n").length - 1);
        const lines = records.map(({ line }) => line);
        expect(lines).toEqual([...new Set(lines)].toSorted((a, b) => a - b));
        expect(lines.every((line) => line >= 1 && line <= end.lines + 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("goes on from any of its batches as if it had never stopped", async () => {
    const text = Array.from({ length: 1700 }, (_, n) => `a${n},"b\n${"é".repeat(n % 90)}",c`).join(
      "\r\n",
    );
    const bytes = bytesOf(text);
    const whole = (await readAll(text)).records;
    for await (const { end } of readCsv(inPieces(bytes, 1 << 20), START, COMMAS)) {
      const rest: CsvRecord[] = [];
      const source = inPieces(bytes.subarray(end.offset), 7000);
      for await (const batch of readCsv(source, end, COMMAS)) rest.push(...batch.records);
      expect(rest).toEqual(rest.length === 0 ? [] : whole.slice(-rest.length));
    }
    expect(whole.length).toBe(1700);
  });

  it("loses one line to a quote that is not closed, and holds no more of it than it must", async () => {
    const good = Array.from({ length: 9000 }, (_, n) => `row${n},${"y".repeat(60)}`);
    const text = [`"open,1`, ...good, `also "open`, `"again,2`, "last,3"].join("\n");
    const { records } = await readAll(text, 4096);
    const broken = records.filter(({ cells }) => cells.length === 0).map(({ line }) => line);
    expect(broken).toEqual([1, 9003]);
    expect(records.length).toBe(9004);
  });

  it("tells of a line without end once, and reads on behind it", async () => {
    const { records, end } = await readAll(`a,1\n"${"x".repeat(400_000)}\nb,2\n`, 8192);
    expect(records.map(({ line, cells }) => [line, cells])).toEqual([
      [1, ["a", "1"]],
      [2, []],
      [3, ["b", "2"]],
    ]);
    expect(end.lines).toBe(3);
  });

  it("knows a head by its columns, whatever stands between them", () => {
    const isHead = (cells: readonly string[]) => columnsOf(cells).includes("email");
    const heads: readonly [string, string][] = [
      ["email,name\n", ","],
      ["\uFEFFname;E-Mail\r\n", ";"],
      ['"full name"\t"Email Address"\n', "\t"],
      ["EMAIL", ","],
      ['"a;b"|email', "|"],
    ];
    for (const [text, delimiter] of heads) {
      const head = readHead(bytesOf(text), isHead);
      expect([text, head?.dialect.delimiter, head?.end.offset]).toEqual([
        text,
        delimiter,
        bytesOf(text).byteLength,
      ]);
    }
    expect(readHead(bytesOf("name,phone\n"), isHead)).toBeUndefined();
  });
});
