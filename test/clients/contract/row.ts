import assert from "node:assert/strict";

/** A site that answers Ghost's clients. */
export interface GhostSite {
  /** Without a slash at its end. */
  readonly origin: string;
  /** A publishable key. */
  readonly key: string;
  readonly secretKey: string;
}

/** How we stand to something that Ghost does: as it does, otherwise, or not at all. */
export type Standing = "same" | "otherwise" | "absent";

/** One thing that Ghost's content API does, and the proof of what is said of it. */
export interface Row {
  readonly what: string;
  readonly standing: Standing;
  /** What we do instead, and why; nothing where there is nothing to say. */
  readonly note?: string;
  readonly check: (site: GhostSite) => Promise<void>;
}

export interface Part {
  readonly title: string;
  readonly rows: readonly Row[];
}

type Check = Row["check"];

export const same = (what: string, check: Check): Row => ({ what, standing: "same", check });

export const otherwise = (what: string, note: string, check: Check): Row => ({
  what,
  standing: "otherwise",
  note,
  check,
});

export const absent = (what: string, note: string, check: Check): Row => ({
  what,
  standing: "absent",
  note,
  check,
});

export type Thing = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty where the body is no JSON object. */
  readonly body: Thing;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param path from the root; nothing is added to it. */
export async function ask(site: GhostSite, path: string, asked: Asked = {}): Promise<Answer> {
  const response = await fetch(site.origin + path, { redirect: "manual", ...asked });
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Thing) : {},
  };
}

export type Params = Readonly<Record<string, string | number>>;

/** An address of the content API with the site's key. */
export function pathOf(site: GhostSite, rest: string, params: Params = {}): string {
  const query = Object.entries({ key: site.key, ...params }).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  return `/ghost/api/content/${rest}?${query.join("&")}`;
}

/** What a resource answers to the site's key. */
export const get = (site: GhostSite, rest: string, params: Params = {}): Promise<Answer> =>
  ask(site, pathOf(site, rest, params));

/** The things of an answer, whatever the resource. */
export function thingsOf({ status, body, text }: Answer): readonly Thing[] {
  assert.equal(status, 200, text);
  const [things] = Object.values(body);
  assert(Array.isArray(things), text);
  return things as readonly Thing[];
}

/** The one thing of an answer, or the first. */
export function thingOf(answer: Answer): Thing {
  const [thing] = thingsOf(answer);
  assert(thing, answer.text);
  return thing;
}

export const slugsOf = (answer: Answer): string =>
  thingsOf(answer)
    .map(({ slug }) => String(slug))
    .join(" ");

/** The slugs of the posts of a filter, in the order of the alphabet. */
export const filtered = async (site: GhostSite, filter: string): Promise<string> =>
  slugsOf(await get(site, "posts/", { filter, fields: "slug", order: "slug asc", limit: 100 }));

export const paginationOf = ({ body }: Answer): Thing =>
  (body["meta"] as { readonly pagination: Thing }).pagination;

/** The one error of an answer; all nine keys are there. */
export function errorOf({ body, text }: Answer): Thing {
  const { errors } = body;
  assert(Array.isArray(errors), text);
  assert.equal(errors.length, 1);
  const error = errors[0] as Thing;
  const keys = ["code", "context", "details", "ghostErrorCode", "help", "id", "message"];
  assert.deepEqual(Object.keys(error).toSorted(), [...keys, "property", "type"]);
  assert.match(String(error["id"]), /^[0-9a-f-]{36}$/u);
  return error;
}

/** That an answer is an error with these members. */
export function assertError(answer: Answer, status: number, members: Thing): void {
  assert.equal(answer.status, status, answer.text);
  assert.partialDeepStrictEqual(errorOf(answer), members);
}
