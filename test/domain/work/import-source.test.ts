import { describe, expect, it } from "vitest";

import { prepareBatch } from "#domain/imports";
import { readBatches } from "#domain/work/import-source";

describe("the source of an import", () => {
  it("has no document in a line that is not UTF-8, and all in the others", async () => {
    const line = (title: string) =>
      `{"path":"${title}.md","front_matter":{"title":"${title}","date":"2020-01-01"},"markdown":"x"}\n`;
    const encoder = new TextEncoder();
    const broken = encoder.encode(line("b?d"));
    broken[broken.indexOf(0x3f)] = 0xff;
    const bytes = new Blob([encoder.encode(line("one")), broken, encoder.encode(line("twö"))]);
    const batches = await Array.fromAsync(readBatches(bytes.stream(), { offset: 0, lines: 0 }));
    const lines = batches.flatMap((batch) => batch.lines);
    const { documents, failures } = await prepareBatch(lines, new Set());
    expect(documents.map(({ title }) => title)).toEqual(["one", "twö"]);
    expect(failures).toMatchObject([{ path: "line 2", code: "line_invalid" }]);
    expect(batches.at(-1)?.end).toEqual({ offset: bytes.size, lines: 3 });
  });
});
