import { type Access, asks, asksNothing, blind, shut, staffed } from "#test/tables/access-cells";

export const mediaAccess: Readonly<Record<string, Access>> = {
  "POST /v1/media": asks("media:write", {
    any: staffed("201"),
    "any that is not what it says": staffed("41502"),
    "any that is nothing": staffed("41501"),
    "any that is too wide": staffed("42211"),
    "any of too many pixels": staffed("42210"),
  }),
  "GET /v1/media": asks("media:read", {
    own: staffed("in"),
    "other's": staffed("in"),
    "other's, not ready": staffed("in"),
  }),
  "GET /v1/media/{id}": asks("media:read", {
    own: staffed("200"),
    "other's": staffed("200"),
    "other's, not ready": staffed("200"),
    missing: staffed("40412"),
  }),
  "PATCH /v1/media/{id}": asks("media:write", {
    own: staffed("200"),
    "other's": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
    missing: staffed("40412"),
  }),
  "DELETE /v1/media/{id}": asks("media:write", {
    own: staffed("204"),
    "other's": `${shut} | 40300 40300 204 204 204 | 204 40300 40303`,
    "own, shown": staffed("40913"),
    "other's, shown": `${shut} | 40300 40300 40913 40913 40913 | 40913 40300 40303`,
    "own, not ready": staffed("204"),
    missing: staffed("40412"),
  }),
  "GET /media/{key}": asksNothing({ any: blind("200"), missing: blind("40412") }),
};
