import { type Access, asks, asksNothing, blind, shut } from "#test/tables/access-cells";

/** What admins and owners do, and their keys with the scope. */
const administered = (code: string): string =>
  `${shut} | 40300 40300 40300 ${code} ${code} | ${code} 40300 40303`;

export const subscribersAccess: Readonly<Record<string, Access>> = {
  // --- What readers do themselves ----------------------------------------------------------------

  "POST /v1/subscribe": asksNothing({
    "a new address": blind("202"),
    "one that is subscribed": blind("202"),
    "to a newsletter that there is not": blind("42204"),
  }),
  "GET /subscribe/confirm": asksNothing({ "an open question": blind("200") }),
  "POST /subscribe/confirm": asksNothing({
    "an open question": blind("200"),
    "a link that was changed": blind("400"),
  }),
  "GET /unsubscribe": asksNothing({
    "somebody subscribed": blind("200"),
    "somebody erased": blind("200"),
  }),
  "POST /unsubscribe": asksNothing({
    "somebody subscribed": blind("200"),
    "somebody erased": blind("200"),
    "a link that was changed": blind("400"),
  }),
  "GET /preferences": asksNothing({
    "somebody subscribed": blind("200"),
    "somebody erased": blind("200"),
  }),
  "POST /preferences": asksNothing({
    "somebody subscribed": blind("200"),
    "somebody who wants to be erased": blind("200"),
    "a link that was changed": blind("400"),
  }),
  "GET /preferences/export": asksNothing({
    "somebody subscribed": blind("200"),
    "somebody erased": blind("200"),
  }),

  // --- What staff do -----------------------------------------------------------------------------

  "GET /v1/subscribers": asks("subscribers:read", { any: administered("in") }),
  "POST /v1/subscribers": asks("subscribers:write", {
    "who is asked first": administered("201"),
    "on somebody's word": administered("201"),
    "who is there already": administered("40920"),
    "whose address is suppressed": administered("40921"),
    "to a newsletter that there is not": administered("42204"),
  }),
  "GET /v1/subscribers/{id}": asks("subscribers:read", {
    any: administered("200"),
    missing: administered("40420"),
  }),
  "PATCH /v1/subscribers/{id}": asks("subscribers:write", {
    any: administered("200"),
    "any, to a newsletter that there is not": administered("42204"),
    missing: administered("40420"),
  }),
  "DELETE /v1/subscribers/{id}": asks("subscribers:write", {
    any: administered("204"),
    missing: administered("40420"),
  }),
  "GET /v1/subscribers/{id}/export": asks("subscribers:read", {
    any: administered("200"),
    missing: administered("40420"),
  }),
  "POST /v1/subscribers/{id}/unsubscribe": asks("subscribers:write", {
    any: administered("200"),
    missing: administered("40420"),
  }),

  "POST /v1/subscribers/import": asks("subscribers:write", {
    any: administered("202"),
    "to a newsletter that there is not": administered("42204"),
  }),
  "GET /v1/subscribers/imports": asks("subscribers:read", { any: administered("in") }),
  "GET /v1/subscribers/imports/{id}": asks("subscribers:read", {
    any: administered("200"),
    missing: administered("40421"),
  }),
  "GET /v1/subscribers/export": asks("subscribers:read", { any: administered("200") }),

  "GET /v1/suppressions": asks("subscribers:read", { any: administered("in") }),
  "POST /v1/suppressions": asks("subscribers:write", { any: administered("200") }),
  "DELETE /v1/suppressions": asks("subscribers:write", {
    "one that is suppressed": administered("204"),
    "one that is not": administered("40422"),
  }),

  // --- What providers tell -----------------------------------------------------------------------

  "POST /v1/mail-events/resend": asksNothing({
    "a bounce": blind("200"),
    "a kind that changes nothing": blind("200"),
    "signed by somebody else": blind("40103"),
  }),
};
