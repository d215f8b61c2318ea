import { type Access, asksNothing, open } from "#test/tables/access-cells";

export const syncAccess: Readonly<Record<string, Access>> = {
  "GET /v1/sync": asksNothing({
    any: open("200"),
    "as much as a page has": open("200"),
    "since what this database has never told": open("40061"),
  }),
};
