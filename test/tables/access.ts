import {
  type Access,
  asks,
  asksNothing,
  blind,
  edited,
  managed,
  open,
  people,
  personal,
  shut,
  staffed,
} from "./access-cells";
import { feedsAccess } from "./access/feeds";
import { ghostAccess } from "./access/ghost";
import { mediaAccess } from "./access/media";
import { newslettersAccess } from "./access/newsletters";
import { schedulesAccess } from "./access/schedules";
import { searchAccess } from "./access/search";
import { settingsAccess } from "./access/settings";
import { subscribersAccess } from "./access/subscribers";
import { syncAccess } from "./access/sync";
import { textsAccess } from "./access/texts";
import { webhooksAccess } from "./access/webhooks";

/**
 * Who is answered what, by every route. A cell is a status, the code of a problem, or for lists whether
 * the thing is `in` it or `out` of it. One cell stands for all of its group.
 *
 *   anonymous, publishable key, nobody | contributor, author, editor, admin, owner | key, author's key, other key
 */
export const access: Readonly<Record<string, Access>> = {
  "GET /": asksNothing({ any: blind("200") }),
  "GET /docs": asksNothing({ any: blind("200") }),
  "GET /errors": asksNothing({ any: blind("200") }),
  "GET /openapi.json": asksNothing({ any: blind("200") }),
  "GET /health": asksNothing({ any: blind("200") }),
  "GET /health/ready": asksNothing({ any: blind("200") }),

  // --- Who one is --------------------------------------------------------------------------------

  "POST /v1/auth/signup": asksNothing({
    invited: blind("201"),
    uninvited: blind("40306"),
    "invited, with an account": blind("40905"),
    "invited, with a password that all have": blind("42203"),
  }),
  "POST /v1/auth/signin": asksNothing({
    "right password": blind("200"),
    "wrong password": blind("40102"),
  }),
  "POST /v1/auth/signout": asksNothing({ any: blind("204") }),
  "POST /v1/auth/password-reset": asksNothing({
    "own address": blind("202"),
    "nobody's address": blind("202"),
  }),
  "POST /v1/auth/password-reset/confirm": asksNothing({
    "open token": blind("204"),
    "used token": blind("42202"),
    "open token, a password that all have": blind("42203"),
  }),

  "GET /v1/me": asks("me:manage", { own: personal("200") }),
  "PATCH /v1/me": asks("me:manage", {
    own: personal("200"),
    "own, to another's slug": personal("40904"),
    "own, to another's address": personal("40905"),
    "own, with a wrong password": personal("40307"),
  }),
  "PUT /v1/me/password": asks("me:manage", {
    own: personal("200"),
    "own, with a wrong password": personal("40307"),
    "own, to one that all have": personal("42203"),
  }),
  "GET /v1/me/sessions": asks("me:manage", { own: personal("in"), "other's": personal("out") }),
  "DELETE /v1/me/sessions": asks("me:manage", { own: personal("204") }),
  "DELETE /v1/me/sessions/{id}": asks("me:manage", {
    own: personal("204"),
    "other's": personal("40406"),
    missing: personal("40406"),
  }),

  // --- People and their keys ---------------------------------------------------------------------

  "GET /v1/users": asks("users:read", { any: staffed("200") }),
  "GET /v1/users/{id}": asks("users:read", {
    own: staffed("200"),
    "other's": staffed("200"),
    missing: staffed("40405"),
  }),
  "PATCH /v1/users/{id}": asks("users:manage", {
    "other's": managed("200"),
    own: managed("200"),
    "an owner's": `${shut} | 40300 40300 40300 40300 200 | ${people}`,
    "other's, to another's slug": managed("40904"),
    "raised to owner": `${shut} | 40300 40300 40300 42206 200 | ${people}`,
    missing: managed("40405"),
  }),
  "DELETE /v1/users/{id}": asks("users:manage", {
    "other's": managed("204"),
    own: managed("204"),
    "an owner's": `${shut} | 40300 40300 40300 40300 204 | ${people}`,
    "other's, with posts and no heir": managed("42205"),
    missing: managed("40405"),
  }),

  "POST /v1/invites": asks("invites:manage", {
    "an author": managed("201"),
    "an owner": `${shut} | 40300 40300 40300 42206 201 | ${people}`,
    "somebody with an account": managed("40905"),
    "somebody invited": managed("40910"),
  }),
  "GET /v1/invites": asks("invites:manage", { own: managed("in"), "other's": managed("in") }),
  "GET /v1/invites/{id}": asks("invites:manage", {
    own: managed("200"),
    "other's": managed("200"),
    missing: managed("40407"),
  }),
  "DELETE /v1/invites/{id}": asks("invites:manage", {
    own: managed("204"),
    "other's": managed("204"),
    missing: managed("40407"),
  }),

  "POST /v1/api-keys": asks("keys:manage", {
    secret: managed("201"),
    publishable: managed("201"),
    "one too many": managed("40912"),
  }),
  "GET /v1/api-keys": asks("keys:manage", { own: managed("in"), "other's": managed("in") }),
  "GET /v1/api-keys/{id}": asks("keys:manage", {
    own: managed("200"),
    "other's": managed("200"),
    missing: managed("40408"),
  }),
  "DELETE /v1/api-keys/{id}": asks("keys:manage", {
    own: managed("204"),
    "other's": managed("204"),
    missing: managed("40408"),
  }),

  // --- Posts -------------------------------------------------------------------------------------

  "GET /v1/posts": asks("posts:read", {
    "own draft": "out out 40101 | in | in in out",
    "other's draft": "out out 40101 | out out in in in | in out out",
    "own published": open("in"),
    "other's published": open("in"),
    "own in the trash": open("out"),
    "own in the trash, asked for": "out out 40101 | in | in in out",
    "other's in the trash, asked for": "out out 40101 | out out in in in | in out out",
    "other's published, in parts": open("in"),
  }),
  "GET /v1/posts/{id}": asks("posts:read", {
    "own draft": "40401 40401 40101 | 200 | 200 200 40401",
    "other's draft": "40401 40401 40101 | 40401 40401 200 200 200 | 200 40401 40401",
    "own published": open("200"),
    "other's published": open("200"),
    "other's published, by slug": open("200"),
    "other's published, in parts": open("200"),
    "own in the trash": open("40401"),
    missing: open("40401"),
  }),
  "POST /v1/posts": asks(
    "posts:write",
    {
      draft: staffed("201"),
      published: `${shut} | 40300 201 201 201 201 | 201 201 40303`,
      "with a new tag": `${shut} | 40300 40300 201 201 201 | 201 40300 40303`,
      "in another's name": `${shut} | 40300 40300 201 201 201 | 201 40300 40303`,
      "in nobody's name": staffed("42204"),
      "at another's slug": staffed("40904"),
    },
    "posts:publish",
    "tags:write",
  ),
  "PATCH /v1/posts/{id}": asks(
    "posts:write",
    {
      "own draft": staffed("200"),
      "other's draft": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
      "own published": `${shut} | 40300 200 200 200 200 | 200 200 40303`,
      "other's published": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own draft, in nobody's name": staffed("42204"),
      "own draft, to another's slug": staffed("40904"),
      "own draft, given away": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own in the trash": staffed("40401"),
      missing: staffed("40401"),
    },
    "posts:read",
  ),
  "DELETE /v1/posts/{id}": asks(
    "posts:delete",
    {
      "own draft": staffed("204"),
      "other's draft": `${shut} | 40401 40401 204 204 204 | 204 40401 40303`,
      "own published": `${shut} | 40300 204 204 204 204 | 204 204 40303`,
      "other's published": `${shut} | 40300 40300 204 204 204 | 204 40300 40303`,
      "own in the trash": staffed("40401"),
      missing: staffed("40401"),
    },
    "posts:read",
  ),
  "POST /v1/posts/{id}/publish": asks(
    "posts:publish",
    {
      "own draft": `${shut} | 40300 200 200 200 200 | 200 200 40303`,
      "other's draft": `${shut} | 40300 40401 200 200 200 | 200 40401 40303`,
      "own published": `${shut} | 40300 40901 40901 40901 40901 | 40901 40901 40303`,
      "other's published": `${shut} | 40300 40300 40901 40901 40901 | 40901 40300 40303`,
      "own draft, with a newsletter": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own draft, with one that is archived": `${shut} | 40300 40300 40931 40931 40931 | 40931 40300 40303`,
      "own draft, with one that has it": `${shut} | 40300 40300 40932 40932 40932 | 40932 40300 40303`,
      "own draft, with one that is not there": `${shut} | 40300 40300 42204 42204 42204 | 42204 40300 40303`,
      missing: `${shut} | 40300 40401 40401 40401 40401 | 40401 40401 40303`,
    },
    "posts:read",
    "sends:write",
  ),
  "POST /v1/posts/{id}/unpublish": asks(
    "posts:publish",
    {
      "own published": `${shut} | 40300 200 200 200 200 | 200 200 40303`,
      "other's published": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own draft": `${shut} | 40300 40902 40902 40902 40902 | 40902 40902 40303`,
      "other's draft": `${shut} | 40300 40401 40902 40902 40902 | 40902 40401 40303`,
      missing: `${shut} | 40300 40401 40401 40401 40401 | 40401 40401 40303`,
    },
    "posts:read",
  ),
  "POST /v1/posts/{id}/restore": asks(
    "posts:delete",
    {
      "own draft in the trash": staffed("200"),
      "other's draft in the trash": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
      "own published in the trash": `${shut} | 40300 200 200 200 200 | 200 200 40303`,
      "other's published in the trash": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
      "own draft": staffed("40903"),
      "other's draft": `${shut} | 40401 40401 40903 40903 40903 | 40903 40401 40303`,
      "own published": staffed("40903"),
      "other's published": `${shut} | 40401 40401 40903 40903 40903 | 40903 40401 40303`,
      missing: staffed("40401"),
    },
    "posts:read",
  ),
  "GET /v1/posts/{id}/revisions": asks("posts:read", {
    "own draft": staffed("200"),
    "other's draft": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
    "own published": staffed("200"),
    "other's published": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
    missing: staffed("40401"),
  }),
  "GET /v1/posts/{id}/revisions/{number}": asks("posts:read", {
    "own draft": staffed("200"),
    "other's draft": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
    "own published": staffed("200"),
    "other's published": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
    "own draft, missing revision": staffed("40402"),
    missing: staffed("40401"),
  }),
  "POST /v1/posts/{id}/revisions/{number}/restore": asks(
    "posts:write",
    {
      "own draft": staffed("200"),
      "other's draft": `${shut} | 40401 40401 200 200 200 | 200 40401 40303`,
      "own published": `${shut} | 40300 200 200 200 200 | 200 200 40303`,
      "other's published": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own draft, missing revision": staffed("40402"),
      missing: staffed("40401"),
    },
    "posts:read",
  ),

  // --- Tags and authors --------------------------------------------------------------------------

  "GET /v1/tags": asksNothing({
    any: open("200"),
    "in parts, by slug": open("200"),
    "any that is borne": open("in"),
    "any that is not borne": "out out 40101 | in | in",
  }),
  "GET /v1/tags/{id}": asksNothing({
    "any that is borne": open("200"),
    "any that is borne, in parts": open("200"),
    "any that is borne, by slug": open("200"),
    "any that is not borne": "40403 40403 40101 | 200 | 200",
    "any that is not borne, by slug": "40403 40403 40101 | 200 | 200",
    missing: open("40403"),
  }),
  "POST /v1/tags": asks("tags:write", {
    any: edited("201"),
    "any, at a slug that another has": edited("40904"),
  }),
  "PATCH /v1/tags/{id}": asks("tags:write", {
    any: edited("200"),
    "any, to a slug that another has": edited("40904"),
    missing: edited("40403"),
  }),
  "DELETE /v1/tags/{id}": asks("tags:write", { any: edited("204"), missing: edited("40403") }),

  "GET /v1/authors": asksNothing({ any: open("200"), "in parts, by slug": open("200") }),
  "GET /v1/authors/{id}": asksNothing({
    "any who has published": open("200"),
    "any who has published, by id": open("200"),
    "any who has not": open("40404"),
    missing: open("40404"),
  }),

  // --- Work --------------------------------------------------------------------------------------

  "POST /v1/imports": asks("imports:write", { any: edited("202") }),
  "GET /v1/imports": asks("imports:write", { own: edited("in"), "other's": edited("in") }),
  "GET /v1/imports/{id}": asks("imports:write", {
    own: edited("200"),
    "other's": edited("200"),
    missing: edited("40410"),
  }),

  "POST /v1/reports": asks(
    "reports:write",
    {
      "of everything": staffed("202"),
      "of own draft": staffed("202"),
      "of other's draft": `${shut} | 42204 42204 202 202 202 | 202 42204 40303`,
      "of other's published": staffed("202"),
    },
    "posts:read",
  ),
  "GET /v1/reports": asks("reports:write", {
    own: staffed("in"),
    "other's": `${shut} | out out in in in | in out 40303`,
  }),
  "GET /v1/reports/{id}": asks("reports:write", {
    own: staffed("200"),
    "other's": `${shut} | 40411 40411 200 200 200 | 200 40411 40303`,
    missing: staffed("40411"),
  }),
  "GET /v1/reports/{id}/file": asks("reports:write", {
    own: staffed("200"),
    "other's": `${shut} | 40411 40411 200 200 200 | 200 40411 40303`,
    "own, not drawn": staffed("40909"),
    "other's, not drawn": `${shut} | 40411 40411 40909 40909 40909 | 40909 40411 40303`,
    missing: staffed("40411"),
  }),
  "DELETE /v1/reports/{id}": asks("reports:write", {
    own: staffed("204"),
    "other's": `${shut} | 40411 40411 204 204 204 | 204 40411 40303`,
    "own, not drawn": staffed("204"),
    missing: staffed("40411"),
  }),

  "GET /v1/jobs": asks("jobs:read", {
    own: staffed("in"),
    "other's": `${shut} | out out in in in | in out 40303`,
    "nobody's": `${shut} | out out in in in | in out 40303`,
  }),
  "GET /v1/jobs/{id}": asks("jobs:read", {
    own: staffed("200"),
    "other's": `${shut} | 40409 40409 200 200 200 | 200 40409 40303`,
    "nobody's": `${shut} | 40409 40409 200 200 200 | 200 40409 40303`,
    missing: staffed("40409"),
  }),
  "POST /v1/jobs/{id}/retry": asks("jobs:manage", {
    own: staffed("202"),
    "other's": `${shut} | 40409 40409 202 202 202 | 202 40409 40303`,
    "nobody's": `${shut} | 40409 40409 202 202 202 | 202 40409 40303`,
    "own, done": staffed("40907"),
    "other's, done": `${shut} | 40409 40409 40907 40907 40907 | 40907 40409 40303`,
    missing: staffed("40409"),
  }),
  "POST /v1/jobs/{id}/cancel": asks("jobs:manage", {
    own: staffed("202"),
    "other's": `${shut} | 40409 40409 202 202 202 | 202 40409 40303`,
    "nobody's": `${shut} | 40409 40409 202 202 202 | 202 40409 40303`,
    "own, done": staffed("40908"),
    "other's, done": `${shut} | 40409 40409 40908 40908 40908 | 40908 40409 40303`,
    missing: staffed("40409"),
  }),

  ...mediaAccess,
  ...searchAccess,
  ...syncAccess,
  ...subscribersAccess,
  ...newslettersAccess,
  ...webhooksAccess,
  ...schedulesAccess,
  ...settingsAccess,
  ...feedsAccess,
  ...ghostAccess,
  ...textsAccess,
};
