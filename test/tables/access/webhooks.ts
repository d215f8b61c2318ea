import { type Access, asks, shut } from "#test/tables/access-cells";

/** What admins and owners do, and their keys with the scope. */
const administered = (code: string): string =>
  `${shut} | 40300 40300 40300 ${code} ${code} | ${code} 40300 40303`;

export const webhooksAccess: Readonly<Record<string, Access>> = {
  "POST /v1/webhooks": asks("webhooks:manage", {
    any: administered("201"),
    "any, to a private address": administered("42240"),
    "one too many": administered("40941"),
  }),
  "GET /v1/webhooks": asks("webhooks:manage", { any: administered("in") }),
  "GET /v1/webhooks/{id}": asks("webhooks:manage", {
    any: administered("200"),
    missing: administered("40440"),
  }),
  "PATCH /v1/webhooks/{id}": asks("webhooks:manage", {
    any: administered("200"),
    "any, to a private address": administered("42240"),
    missing: administered("40440"),
  }),
  "DELETE /v1/webhooks/{id}": asks("webhooks:manage", {
    any: administered("204"),
    missing: administered("40440"),
  }),
  "POST /v1/webhooks/{id}/rotate-secret": asks("webhooks:manage", {
    any: administered("200"),
    missing: administered("40440"),
  }),
  "POST /v1/webhooks/{id}/ping": asks("webhooks:manage", {
    any: administered("202"),
    disabled: administered("40940"),
    missing: administered("40440"),
  }),
  "GET /v1/webhooks/{id}/deliveries": asks("webhooks:manage", {
    any: administered("in"),
    missing: administered("40440"),
  }),
  "GET /v1/webhooks/{id}/deliveries/{delivery_id}": asks("webhooks:manage", {
    any: administered("200"),
    "missing delivery": administered("40441"),
    missing: administered("40440"),
  }),
  "POST /v1/webhooks/{id}/deliveries/{delivery_id}/replay": asks("webhooks:manage", {
    any: administered("202"),
    disabled: administered("40940"),
    "missing delivery": administered("40441"),
    missing: administered("40440"),
  }),
  "GET /v1/events": asks("webhooks:manage", { any: administered("in") }),
};
