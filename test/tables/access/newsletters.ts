import { type Access, asks, edited, shut, staffed } from "#test/tables/access-cells";

/** What admins and owners do, and their keys with the scope. */
const administered = (code: string): string =>
  `${shut} | 40300 40300 40300 ${code} ${code} | ${code} 40300 40303`;

export const newslettersAccess: Readonly<Record<string, Access>> = {
  "GET /v1/newsletters": asks("newsletters:read", { any: staffed("in") }),
  "POST /v1/newsletters": asks("newsletters:write", {
    any: administered("201"),
    "any, with a slug that is taken": administered("40904"),
  }),
  "GET /v1/newsletters/{id}": asks("newsletters:read", {
    any: staffed("200"),
    missing: staffed("40430"),
  }),
  "PATCH /v1/newsletters/{id}": asks("newsletters:write", {
    any: administered("200"),
    "any, to a slug that is taken": administered("40904"),
    missing: administered("40430"),
  }),
  "DELETE /v1/newsletters/{id}": asks("newsletters:write", {
    any: administered("204"),
    "any, that was sent": administered("40930"),
    missing: administered("40430"),
  }),
  "GET /v1/newsletters/{id}/sends": asks("newsletters:read", {
    any: staffed("in"),
    missing: staffed("40430"),
  }),
  "POST /v1/newsletters/{id}/sends": asks(
    "sends:write",
    {
      any: edited("202"),
      "any, archived": edited("40931"),
      "any, under way": edited("40932"),
      "any, of a draft": edited("40902"),
      "any, of no post": edited("42204"),
      missing: edited("40430"),
    },
    "posts:read",
  ),
  "GET /v1/newsletters/{id}/sends/{send_id}": asks("newsletters:read", {
    any: staffed("200"),
    "missing here": staffed("40431"),
    missing: staffed("40431"),
  }),
  "GET /v1/newsletters/{id}/sends/{send_id}/recipients": asks("subscribers:read", {
    any: administered("200"),
    "missing here": administered("40431"),
    missing: administered("40431"),
  }),
  "POST /v1/newsletters/{id}/sends/{send_id}/pause": asks("sends:write", {
    any: edited("200"),
    "any, that is over": edited("40933"),
    missing: edited("40431"),
  }),
  "POST /v1/newsletters/{id}/sends/{send_id}/resume": asks("sends:write", {
    any: edited("200"),
    "any, that is over": edited("40933"),
    missing: edited("40431"),
  }),
  "POST /v1/newsletters/{id}/sends/{send_id}/cancel": asks("sends:write", {
    any: edited("200"),
    "any, that is over": edited("40933"),
    missing: edited("40431"),
  }),
  "POST /v1/newsletters/{id}/sends/{send_id}/resend-missing": asks("sends:write", {
    any: edited("202"),
    "any, that reached all": edited("40934"),
    "any, that goes on": edited("40933"),
    "any, with another under way": edited("40932"),
    missing: edited("40431"),
  }),
  "POST /v1/newsletters/{id}/test-sends": asks(
    "sends:write",
    {
      any: edited("202"),
      "any, to a colleague": edited("202"),
      "any, to a stranger": edited("42230"),
      "any, of no post": edited("42204"),
      missing: edited("40430"),
    },
    "posts:read",
  ),
};
