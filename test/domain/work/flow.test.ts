import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { paginate, type Slice, sliceOf } from "#domain/work/flow";

const slice = (height: number, changes: Partial<Slice> = {}): Slice =>
  sliceOf({ height, draw: () => undefined, ...changes });

const anySlice = fc
  .record({
    height: fc.integer({ min: 1, max: 60 }),
    before: fc.integer({ min: 0, max: 20 }),
    keep: fc.boolean(),
  })
  .map(({ height, ...changes }) => slice(height, changes));

describe("distributing slices over pages", () => {
  it("loses none, keeps their order, and never leaves the frame", () => {
    fc.assert(
      fc.property(fc.array(anySlice, { maxLength: 80 }), (slices) => {
        const leaves = paginate(slices, 100);
        expect(leaves.flat().map((placed) => placed.slice)).toEqual(slices);
        for (const leaf of leaves) {
          let y = 0;
          for (const placed of leaf) {
            expect(placed.top).toBeGreaterThanOrEqual(y);
            y = placed.top + placed.slice.height;
          }
          expect(y).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it("moves a heading to the page of what follows it", () => {
    const heading = slice(20, { keep: true });
    const leaves = paginate([slice(70), heading, slice(20)], 100);
    expect(leaves.map((leaf) => leaf.length)).toEqual([1, 2]);
  });

  it("cuts what stays together only when it is more than a page", () => {
    const chain = Array.from({ length: 5 }, () => slice(30, { keep: true }));
    expect(paginate(chain, 100).map((leaf) => leaf.length)).toEqual([3, 2]);
  });

  it("repeats the head of a table on every page that the table reaches", () => {
    const head = slice(10);
    const rows = Array.from({ length: 8 }, () => slice(30, { head }));
    const leaves = paginate([head, ...rows], 100);
    for (const leaf of leaves) expect(leaf[0]?.slice).toBe(head);
    expect(leaves.map((leaf) => leaf.length)).toEqual([4, 4, 3]);
  });

  it("gives a page even when there is nothing to place", () => {
    expect(paginate([], 100)).toEqual([[]]);
  });
});
