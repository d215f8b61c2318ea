import { newId } from "#core/ids";
import { KEY_LIMIT } from "#domain/api-keys";
import {
  givenAuthor,
  givenPublishableKey,
  givenSecretKey,
  givenUser,
  newAddress,
  signedIn,
} from "#test/support/people";

import { isVersioned, methodOf, pathOf } from "./document";
import { type Answer, type Draft, exchange } from "./exchange";
import {
  about,
  eachListed,
  missing,
  type People,
  plain,
  post,
  type Recipe,
  type Target,
  text,
} from "./recipe-parts";
import { feedsRecipes } from "./recipes/feeds";
import { ghostRecipes } from "./recipes/ghost";
import { mediaRecipes } from "./recipes/media";
import { newslettersRecipes, publishingUnderWay, publishingWith } from "./recipes/newsletters";
import { schedulesRecipes } from "./recipes/schedules";
import { searchRecipes } from "./recipes/search";
import { settingsRecipes } from "./recipes/settings";
import { subscribersRecipes } from "./recipes/subscribers";
import { syncRecipes } from "./recipes/sync";
import { textsRecipes } from "./recipes/texts";
import { webhooksRecipes } from "./recipes/webhooks";
import {
  givenBorneTag,
  givenImportOf,
  givenInviteOf,
  givenJobOf,
  givenOwner,
  givenPostOf,
  givenReportOf,
  givenReset,
  givenTag,
  newEmail,
  PASSWORD,
} from "./things";

/** Long enough, and among the first that anyone would try. */
const COMMON = "passwordpassword";

const published = { status: "published" } as const;
const trashed = { trashed: true } as const;
const newest = { order: "-created_at" };
const inParts = { fields: "title", include: "tags", formats: "html,markdown,plaintext" };
const someOf = { fields: "name,slug", include: "count.posts", order: "-slug" };

const postsOf = (rest: Target = {}): Record<string, Recipe> => ({
  "own draft": post("holder", {}, rest),
  "other's draft": post("other", {}, rest),
  "own published": post("holder", published, rest),
  "other's published": post("other", published, rest),
});

const revisionOf =
  (recipe: Recipe, number = "1"): Recipe =>
  async (people) => {
    const target = await recipe(people);
    return { ...target, params: { ...target.params, number } };
  };

const user =
  (given: Parameters<typeof givenUser>[0], rest: Target = {}): Recipe =>
  async () =>
    about((await givenUser(given)).id, rest);
const oneself =
  (rest: Target = {}): Recipe =>
  ({ holder }) =>
    about(holder.id, rest);

const key =
  (whose: keyof People): Recipe =>
  async (people) =>
    about((await givenSecretKey(people[whose], ["posts:read"])).id);
const invite =
  (whose: keyof People): Recipe =>
  async (people) =>
    about((await givenInviteOf(people[whose])).id);
const session =
  (whose: keyof People): Recipe =>
  async (people) =>
    about((await signedIn(people[whose])).sessionId);
const job =
  (whose: keyof People | null, state: Parameters<typeof givenJobOf>[1]): Recipe =>
  async (people) =>
    about(await givenJobOf(whose === null ? null : people[whose].id, state));
const importing =
  (whose: keyof People): Recipe =>
  async (people) =>
    about(await givenImportOf(people[whose]));
const report =
  (whose: keyof People, state: Parameters<typeof givenReportOf>[1] = "done"): Recipe =>
  async (people) =>
    about(await givenReportOf(people[whose], state));
const tag =
  (rest: Target = {}): Recipe =>
  async () =>
    about((await givenTag()).id, rest);
/** Strangers know of it, because something published bears it. */
const borne: Recipe = async () => about((await givenBorneTag()).id);

const line = '{"path":"hello.md","front_matter":{"title":"Hello"},"markdown":"Some *words*."}\n';

/**
 * For every route, what it can be asked about and how to ask rightly. The first of each is one that an
 * owner is given.
 */
export const recipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /": { any: plain },
  "GET /docs": { any: plain },
  "GET /errors": { any: plain },
  "GET /openapi.json": { any: plain },
  "GET /health": { any: plain },
  "GET /health/ready": { any: plain },

  "POST /v1/auth/signup": {
    invited: async () => {
      const { email, token } = await givenInviteOf(await givenOwner());
      return { body: { name: text(), email, password: PASSWORD, invite_token: token } };
    },
    uninvited: () => ({ body: { name: text(), email: newEmail(), password: PASSWORD } }),
    "invited, with an account": async () => {
      const { email, token } = await givenInviteOf(await givenOwner());
      await givenUser({ email });
      return { body: { name: text(), email, password: PASSWORD, invite_token: token } };
    },
    "invited, with a password that all have": async () => {
      const { email, token } = await givenInviteOf(await givenOwner());
      return { body: { name: text(), email, password: COMMON, invite_token: token } };
    },
  },
  "POST /v1/auth/signin": {
    "right password": ({ holder: { email } }) => ({ body: { email, password: PASSWORD } }),
    "wrong password": ({ holder: { email } }) => ({ body: { email, password: "not it" } }),
  },
  "POST /v1/auth/signout": { any: plain },
  "POST /v1/auth/password-reset": {
    "own address": ({ holder: { email } }) => ({ body: { email } }),
    "nobody's address": () => ({ body: { email: newEmail() } }),
  },
  "POST /v1/auth/password-reset/confirm": {
    "open token": async ({ holder }) => ({
      body: { token: (await givenReset(holder)).token, password: "a violet kettle rides north" },
    }),
    "used token": async ({ holder }) => ({
      body: { token: (await givenReset(holder, { used: true })).token, password: PASSWORD },
    }),
    "open token, a password that all have": async ({ holder }) => ({
      body: { token: (await givenReset(holder)).token, password: COMMON },
    }),
  },

  "GET /v1/me": { own: plain },
  "PATCH /v1/me": {
    own: () => ({ body: { bio: text() } }),
    "own, to another's slug": ({ other }) => ({ body: { slug: other.slug } }),
    "own, to another's address": ({ other: { email } }) => ({
      body: { email, current_password: PASSWORD },
    }),
    "own, with a wrong password": () => ({
      body: { email: newEmail(), current_password: "not it" },
    }),
  },
  "PUT /v1/me/password": {
    own: () => ({ body: { current_password: PASSWORD, new_password: "a violet kettle rides" } }),
    "own, with a wrong password": () => ({
      body: { current_password: "not it", new_password: "a violet kettle rides" },
    }),
    "own, to one that all have": () => ({
      body: { current_password: PASSWORD, new_password: COMMON },
    }),
  },
  "GET /v1/me/sessions": eachListed({
    own: session("holder"),
    "other's": session("other"),
  }),
  "DELETE /v1/me/sessions": { own: plain },
  "DELETE /v1/me/sessions/{id}": {
    own: session("holder"),
    "other's": session("other"),
    missing: missing(),
  },

  "GET /v1/users": { any: plain },
  "GET /v1/users/{id}": { own: oneself(), "other's": user({}), missing: missing() },
  "PATCH /v1/users/{id}": {
    "other's": user({}, { body: { name: "New Name" } }),
    own: oneself({ body: { bio: "New words" } }),
    "an owner's": user({ role: "owner" }, { body: { name: "New Name" } }),
    "raised to owner": user({}, { body: { role: "owner" } }),
    "other's, to another's slug": async ({ other }) =>
      about((await givenUser()).id, { body: { slug: other.slug } }),
    missing: missing({ body: { name: "New Name" } }),
  },
  "DELETE /v1/users/{id}": {
    "other's": user({}),
    own: oneself(),
    "an owner's": user({ role: "owner" }),
    "other's, with posts and no heir": async () => {
      const author = await givenUser();
      await givenPostOf(author);
      return about(author.id);
    },
    missing: missing(),
  },

  "POST /v1/invites": {
    "an author": () => ({ body: { email: newEmail(), role: "author" } }),
    "an owner": () => ({ body: { email: newEmail(), role: "owner" } }),
    "somebody with an account": ({ other: { email } }) => ({ body: { email, role: "author" } }),
    "somebody invited": async ({ other }) => ({
      body: { email: (await givenInviteOf(other)).email, role: "author" },
    }),
  },
  "GET /v1/invites": eachListed({ own: invite("holder"), "other's": invite("other") }),
  "GET /v1/invites/{id}": {
    own: invite("holder"),
    "other's": invite("other"),
    missing: missing(),
  },
  "DELETE /v1/invites/{id}": {
    own: invite("holder"),
    "other's": invite("other"),
    missing: missing(),
  },

  "POST /v1/api-keys": {
    secret: () => ({ body: { name: text(), kind: "secret", scopes: ["posts:read"] } }),
    publishable: () => ({ body: { name: text(), kind: "publishable" } }),
    "one too many": async ({ holder }) => {
      await Promise.all(Array.from({ length: KEY_LIMIT }, () => givenPublishableKey(holder)));
      return { body: { name: text(), kind: "publishable" } };
    },
  },
  "GET /v1/api-keys": eachListed({ own: key("holder"), "other's": key("other") }),
  "GET /v1/api-keys/{id}": { own: key("holder"), "other's": key("other"), missing: missing() },
  "DELETE /v1/api-keys/{id}": { own: key("holder"), "other's": key("other"), missing: missing() },

  "GET /v1/posts": {
    ...eachListed({ ...postsOf(), "own in the trash": post("holder", trashed) }, newest),
    ...eachListed(
      {
        "own in the trash, asked for": post("holder", trashed),
        "other's in the trash, asked for": post("other", trashed),
      },
      { ...newest, status: "trashed" },
    ),
    ...eachListed(
      { "other's published, in parts": post("other", published) },
      { ...newest, ...inParts },
    ),
  },
  "GET /v1/posts/{id}": {
    ...postsOf(),
    "other's published, by slug": async ({ other }) =>
      about((await givenPostOf(other, published)).slug),
    "other's published, in parts": post("other", published, { query: inParts }),
    "own in the trash": post("holder", trashed),
    missing: missing(),
  },
  "POST /v1/posts": {
    draft: () => ({ body: { title: text(), content: "Some *words*." } }),
    published: () => ({ body: { title: text(), status: "published" } }),
    "with a new tag": () => ({ body: { title: text(), tags: [text()] } }),
    "in another's name": ({ other }) => ({ body: { title: text(), authors: [other.id] } }),
    "in nobody's name": () => ({ body: { title: text(), authors: [newId()] } }),
    "at another's slug": async ({ other }) => ({
      body: { title: text(), slug: (await givenPostOf(other)).slug },
    }),
  },
  "PATCH /v1/posts/{id}": {
    ...postsOf({ body: { title: "A new title" } }),
    "own draft, given away": async ({ holder, other }) =>
      about((await givenPostOf(holder)).id, { body: { authors: [other.id] } }),
    "own draft, in nobody's name": post("holder", {}, { body: { authors: [newId()] } }),
    "own draft, to another's slug": async ({ holder, other }) =>
      about((await givenPostOf(holder)).id, {
        body: { slug: (await givenPostOf(other)).slug },
      }),
    "own in the trash": post("holder", trashed, { body: { title: "A new title" } }),
    missing: missing({ body: { title: "A new title" } }),
  },
  "DELETE /v1/posts/{id}": {
    ...postsOf(),
    "own in the trash": post("holder", trashed),
    missing: missing(),
  },
  "POST /v1/posts/{id}/publish": {
    ...postsOf({ body: {} }),
    "own draft, with a newsletter": publishingWith({}),
    "own draft, with one that is archived": publishingWith({ status: "archived" }),
    "own draft, with one that has it": publishingUnderWay,
    "own draft, with one that is not there": publishingWith(null),
    missing: missing({ body: {} }),
  },
  "POST /v1/posts/{id}/unpublish": {
    "own published": post("holder", published),
    "other's published": post("other", published),
    "own draft": post("holder"),
    "other's draft": post("other"),
    missing: missing(),
  },
  "POST /v1/posts/{id}/restore": {
    "own draft in the trash": post("holder", trashed),
    "other's draft in the trash": post("other", trashed),
    "own published in the trash": post("holder", { ...published, ...trashed }),
    "other's published in the trash": post("other", { ...published, ...trashed }),
    ...postsOf(),
    missing: missing(),
  },
  "GET /v1/posts/{id}/revisions": { ...postsOf(), missing: missing() },
  "GET /v1/posts/{id}/revisions/{number}": {
    ...Object.fromEntries(
      Object.entries(postsOf()).map(([name, recipe]) => [name, revisionOf(recipe)]),
    ),
    "own draft, missing revision": revisionOf(post("holder"), "9"),
    missing: revisionOf(missing()),
  },
  "POST /v1/posts/{id}/revisions/{number}/restore": {
    ...Object.fromEntries(
      Object.entries(postsOf()).map(([name, recipe]) => [name, revisionOf(recipe)]),
    ),
    "own draft, missing revision": revisionOf(post("holder"), "9"),
    missing: revisionOf(missing()),
  },

  "GET /v1/tags": {
    any: plain,
    "in parts, by slug": () => ({ query: someOf }),
    ...eachListed({ "any that is borne": borne, "any that is not borne": tag() }, newest),
  },
  "GET /v1/tags/{id}": {
    "any that is borne": borne,
    "any that is borne, in parts": async () =>
      about((await givenBorneTag()).id, { query: { fields: "name", include: "count.posts" } }),
    "any that is borne, by slug": async () => about((await givenBorneTag()).slug),
    "any that is not borne": tag(),
    "any that is not borne, by slug": async () => about((await givenTag()).slug),
    missing: missing(),
  },
  "POST /v1/tags": {
    any: () => ({ body: { name: text() } }),
    "any, at a slug that another has": async () => ({
      body: { name: text(), slug: (await givenTag()).slug },
    }),
  },
  "PATCH /v1/tags/{id}": {
    any: tag({ body: { description: "New words" } }),
    "any, to a slug that another has": async () =>
      about((await givenTag()).id, { body: { slug: (await givenTag()).slug } }),
    missing: missing({ body: { description: "New words" } }),
  },
  "DELETE /v1/tags/{id}": { any: tag(), missing: missing() },

  "GET /v1/authors": { any: plain, "in parts, by slug": () => ({ query: someOf }) },
  "GET /v1/authors/{id}": {
    "any who has published": async ({ other }) => {
      await givenPostOf(other, published);
      return { params: { id: other.slug } };
    },
    "any who has published, by id": async ({ other }) => {
      await givenPostOf(other, published);
      return { params: { id: other.id } };
    },
    "any who has not": async () => ({ params: { id: (await givenAuthor()).slug } }),
    missing: () => ({ params: { id: `nobody-${newId()}` } }),
  },

  "POST /v1/imports": {
    any: () => ({ stream: { type: "application/x-ndjson", text: line } }),
  },
  "GET /v1/imports": eachListed({ own: importing("holder"), "other's": importing("other") }),
  "GET /v1/imports/{id}": {
    own: importing("holder"),
    "other's": importing("other"),
    missing: missing(),
  },

  "POST /v1/reports": {
    "of everything": () => ({ body: { kind: "publication", from: "2026-01-01" } }),
    "of own draft": async ({ holder }) => ({
      body: { kind: "post", post_id: (await givenPostOf(holder)).id },
    }),
    "of other's draft": async ({ other }) => ({
      body: { kind: "post", post_id: (await givenPostOf(other)).id },
    }),
    "of other's published": async ({ other }) => ({
      body: { kind: "post", post_id: (await givenPostOf(other, published)).id },
    }),
  },
  "GET /v1/reports": eachListed({ own: report("holder"), "other's": report("other") }),
  "GET /v1/reports/{id}": {
    own: report("holder"),
    "other's": report("other"),
    missing: missing(),
  },
  "GET /v1/reports/{id}/file": {
    own: report("holder"),
    "other's": report("other"),
    "own, not drawn": report("holder", "ready"),
    "other's, not drawn": report("other", "ready"),
    missing: missing(),
  },
  "DELETE /v1/reports/{id}": {
    own: report("holder"),
    "other's": report("other"),
    "own, not drawn": report("holder", "ready"),
    missing: missing(),
  },

  "GET /v1/jobs": eachListed({
    own: job("holder", "ready"),
    "other's": job("other", "ready"),
    "nobody's": job(null, "ready"),
  }),
  "GET /v1/jobs/{id}": {
    own: job("holder", "ready"),
    "other's": job("other", "ready"),
    "nobody's": job(null, "ready"),
    missing: missing(),
  },
  "POST /v1/jobs/{id}/retry": {
    own: job("holder", "dead"),
    "other's": job("other", "dead"),
    "nobody's": job(null, "dead"),
    "own, done": job("holder", "done"),
    "other's, done": job("other", "done"),
    missing: missing(),
  },
  "POST /v1/jobs/{id}/cancel": {
    own: job("holder", "ready"),
    "other's": job("other", "ready"),
    "nobody's": job(null, "ready"),
    "own, done": job("holder", "done"),
    "other's, done": job("other", "done"),
    missing: missing(),
  },

  ...mediaRecipes,
  ...searchRecipes,
  ...syncRecipes,
  ...subscribersRecipes,
  ...newslettersRecipes,
  ...webhooksRecipes,
  ...schedulesRecipes,
  ...settingsRecipes,
  ...feedsRecipes,
  ...ghostRecipes,
  ...textsRecipes,
};

/** What an owner is given at this route. */
export function recipeOf(route: string): Recipe {
  const [recipe] = Object.values(recipes[route] ?? {});
  if (!recipe) throw new Error(`${route} has no recipe.`);
  return recipe;
}

/** The address of a request, with its parameters filled in as a client does it. */
export function addressOf(route: string, { params = {}, query }: Target): string {
  const path = pathOf(route).replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  return query ? `${path}?${new URLSearchParams(query).toString()}` : path;
}

/** A right request, as somebody with these headers sends it. Everything minted is at version 1. */
export function draftOf(
  route: string,
  target: Target,
  headers: Readonly<Record<string, string>> = {},
): Draft {
  const { body, stream } = target;
  const content = stream?.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = stream?.type ?? "application/json";
  return {
    method: methodOf(route),
    path: addressOf(route, target),
    headers: {
      "cf-connecting-ip": newAddress(),
      ...(isVersioned(route) ? { "if-match": '"v1"' } : {}),
      ...(content === undefined ? {} : { "content-type": type }),
      ...target.signature,
      ...headers,
    },
    ...(content === undefined ? {} : { content }),
  };
}

/** Sends a right request. */
export const ask = (
  route: string,
  target: Target,
  headers?: Readonly<Record<string, string>>,
): Promise<Answer> => exchange(draftOf(route, target, headers));
