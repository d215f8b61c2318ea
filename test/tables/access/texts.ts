import { type Access, asks, asksNothing, blind, shut, staffed } from "#test/tables/access-cells";

const othersDraft = `${shut} | 40401 40401 201 201 201 | 201 40401 40303`;
const othersPublished = `${shut} | 40300 40300 201 201 201 | 201 40300 40303`;

/** What is for programs that read, and for whoever holds a link. */
export const textsAccess: Readonly<Record<string, Access>> = {
  "GET /llms.txt": asksNothing({ any: blind("200") }),
  "GET /llms-full.txt": asksNothing({ any: blind("200") }),
  "POST /v1/posts/{id}/preview-links": asks("posts:read", {
    "own draft": staffed("201"),
    "other's draft": othersDraft,
    "own published": staffed("201"),
    "other's published": othersPublished,
    "own in the trash": staffed("40401"),
    missing: staffed("40401"),
  }),
  "GET /v1/previews/{token}": asksNothing({
    "any draft": blind("200"),
    "any published": blind("200"),
    "any in the trash": blind("40480"),
    missing: blind("40480"),
  }),
};
