import { type Access, asks, asksNothing, open, shut } from "#test/tables/access-cells";

export const settingsAccess: Readonly<Record<string, Access>> = {
  "GET /v1/settings": asksNothing({ any: open("200") }),
  "PATCH /v1/settings": asks("settings:write", {
    any: `${shut} | 40300 40300 40300 200 200 | 200 40300 40303`,
  }),
};
