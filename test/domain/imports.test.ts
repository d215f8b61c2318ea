import { describe, expect, it } from "vitest";

import { prepareBatch } from "#domain/imports";

const document = {
  path: "posts/a.md",
  front_matter: {
    title: "T", date: "2015-01-31", author: "Ann, Bob", tags: ["Sea"], description: "D", image: "https://x.test/a.png",
    mood: "calm",
  },
  markdown: "\nText.\n",
}; // prettier-ignore

describe("a document as it was", () => {
  it("has the digest that it had in every version, or it would undo what was edited since", async () => {
    const lines = [{ text: JSON.stringify(document), number: 1 }];
    const { documents } = await prepareBatch(lines, new Set());
    expect(documents[0]?.digest).toBe(
      "280b090d3b57558dc0b11e25bf740e914440b6b6ecda9aa5d55cbd12f5a9d078",
    );
  });
});
