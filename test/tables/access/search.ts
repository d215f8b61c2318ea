import { type Access, asksNothing, open } from "#test/tables/access-cells";

export const searchAccess: Readonly<Record<string, Access>> = {
  "GET /v1/search": asksNothing({
    any: open("200"),
    "with every filter": open("200"),
  }),
  "GET /v1/search/suggest": asksNothing({
    any: open("200"),
  }),
};
