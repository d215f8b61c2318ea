import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";

import { foreignCookies, foreignHeaders } from "./foreign.ts";
import { isAllowed, type KeyHistory, type Moment, type PostHistory } from "./histories.ts";
import type { Town } from "./town.ts";

/** Who reads. Staff see drafts as well, and nothing that is old. */
type Reader =
  | { readonly kind: "anybody" }
  | { readonly kind: "key"; readonly key: KeyHistory }
  | { readonly kind: "staff"; readonly headers: Readonly<Record<string, string>> };

/** An address, and what must be in its answer. */
export interface Place {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The one post that it is about; null for all. */
  readonly post: PostHistory | null;
  /** Whether every post that is out must be there. */
  readonly isWhole: boolean;
}

/** An answer, as far as it is looked at. */
interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Of a post: by its id and by its slug, in every form. */
export function placesOf(post: PostHistory): readonly Place[] {
  const { id, slug } = post;
  const markdown = { accept: "text/markdown, */*;q=0.1" };
  const one = { post, isWhole: false };
  return [
    { path: `/v1/posts/${id}`, ...one },
    { path: `/v1/posts/${slug}`, ...one },
    { path: `/v1/posts/%${slug.charCodeAt(0).toString(16)}${slug.slice(1)}`, ...one },
    { path: `/v1/posts/${id}`, headers: markdown, ...one },
    { path: `/v1/posts/${slug}.md`, ...one },
    { path: `/v1/posts/${slug}.txt`, ...one },
    { path: `/v1/posts/${slug}.json`, ...one },
  ];
}

/** Of all of them. */
const lists: readonly Place[] = [
  "/v1/posts?limit=100",
  "/v1/posts?limit=100&order=-published_at",
  "/v1/posts?order=-published_at&l%69mit=100",
  "/rss.xml",
  "/atom.xml?utm_source=chaos",
  "/feed.json",
  "/llms-full.txt",
].map((path) => ({ path, post: null, isWhole: true }));

const searches: readonly Place[] = ["/v1/search?q=harbour&limit=50"].map((path) => ({
  path,
  post: null,
  isWhole: false,
}));

const forStaff = (post: PostHistory): readonly Place[] => [
  { path: `/v1/posts/${post.id}`, post, isWhole: false },
  { path: "/v1/posts?limit=100", post: null, isWhole: false },
];

/** What readers of one interleaving read: few places, so that one finds what another left. */
export function placesByChance(post: PostHistory, random: Random): Places {
  const forReaders = [random.pick(placesOf(post)), random.pick([...lists, ...searches])];
  return { forReaders, forStaff: forStaff(post) };
}

interface Places {
  readonly forReaders: readonly Place[];
  readonly forStaff: readonly Place[];
}

/** One read by chance from one isolate of the town, judged when its answer has come. */
export async function readByChance(town: Town, places: Places, origin: string, random: Random) {
  const reader = readerByChance(town, random);
  const place = random.pick(reader.kind === "staff" ? places.forStaff : places.forReaders);
  await read(town, { reader, place, origin, random });
}

/** Long after it was revoked, a key opens nothing, though somebody has just read the same in each place. */
export async function readWithRevokedKey(town: Town, random: Random): Promise<void> {
  const key = town.keys.findLast(({ revokedAt }) => revokedAt !== Infinity);
  const [place] = lists;
  if (!key || !place) return;
  await sleep(town.boundMs + 1000);
  for (const origin of town.origins) {
    await read(town, { reader: { kind: "anybody" }, place, origin, random });
    await read(town, { reader: { kind: "key", key }, place, origin, random });
  }
}

function readerByChance({ keys, token }: Town, random: Random): Reader {
  const dice = random.next();
  if (dice < 0.55) return { kind: "anybody" };
  if (dice < 0.85)
    return { kind: "key", key: random.pick(keys.slice(random.chance(0.5) ? -3 : -12)) };
  const headers: Readonly<Record<string, string>> = random.chance(0.5)
    ? { authorization: `Bearer ${token}` }
    : { cookie: `theme=dark; __Host-session=${token}` };
  return { kind: "staff", headers };
}

interface Visit {
  readonly reader: Reader;
  readonly place: Place;
  readonly origin: string;
  readonly random: Random;
}

let count = 0;

async function read(town: Town, visit: Visit): Promise<void> {
  const { reader, place, origin, random } = visit;
  count += 1;
  const poison = `poison-${count}-`;
  const sentAt = performance.now();
  const response = await fetch(`${origin}${place.path}`, {
    redirect: "manual",
    headers: {
      ...(reader.kind === "staff" ? {} : strange(poison, random)),
      ...place.headers,
      ...(reader.kind === "key" ? { authorization: `Bearer ${reader.key.key}` } : {}),
      ...(reader.kind === "staff" ? reader.headers : {}),
    },
  });
  const text = await response.text();
  const moment = {
    sentAt,
    endedAt: performance.now(),
    ageMs: reader.kind === "staff" ? 0 : town.boundMs,
  };
  const seen: Seen = { status: response.status, headers: response.headers, text };
  town.figures.reads += 1;
  judgeHeaders(town, visit, seen, poison);
  // Pages do not look at keys.
  const isGuarded = reader.kind === "key" && place.path.startsWith("/v1/");
  if (isGuarded && !judgeKey(town, reader.key, seen, moment)) return;
  judgeContent(town, visit, seen, moment);
}

/** A few headers that nobody asked for, each with something in it that must not come back. */
function strange(poison: string, random: Random): Record<string, string> {
  const picked = Array.from({ length: random.between(0, 3) }, () => random.pick(foreignHeaders));
  const headers = Object.fromEntries(
    picked.map(([name, value]) => [name, value.replaceAll("*", poison)]),
  );
  if (random.chance(0.2)) headers["cookie"] = random.pick(foreignCookies).replaceAll("*", poison);
  return headers;
}

function judgeHeaders(town: Town, { reader, place }: Visit, seen: Seen, poison: string): void {
  const { headers, text } = seen;
  const isHit = headers.get("cache-status")?.includes("; hit") === true;
  if (isHit) town.figures.hits += 1;
  const control = headers.get("cache-control") ?? "";
  if (reader.kind === "staff" && (isHit || control !== "private, no-store" || headers.has("age"))) {
    town.complain("private", `${place.path} for staff: ${control}, ${headers.get("cache-status")}`);
  }
  if (isHit && headers.has("server-timing")) {
    town.complain("private", `${place.path}: a hit that asked the database`);
  }
  // Whoever names a request hears the name again, in a refusal too.
  const own = [poison, `"request_id":"${poison}"`];
  const told = [...headers].map(([name, value]) => (name === "x-request-id" ? value : `${value} `));
  const strangers = [...told, text.replace(own[1] ?? "", "")].filter((part) => !own.includes(part));
  const found = strangers.find((part) => part.includes("poison-"));
  if (found !== undefined) {
    town.complain(
      "foreign",
      `${place.path}: ${found.slice(found.indexOf("poison-"), 80)} came back`,
    );
  }
}

/** @returns whether the key opened the door. */
function judgeKey(town: Town, key: KeyHistory, { status }: Seen, moment: Moment): boolean {
  if (status === 401) {
    if (key.revokeSentAt > moment.endedAt) town.complain("key", "a good key was refused");
    return false;
  }
  const late = moment.sentAt - key.revokedAt;
  if (!isAllowed(late, moment)) {
    town.complain("key", `a key opened ${Math.round(late)} ms after it was revoked`);
  }
  return true;
}

function judgeContent(town: Town, { reader, place }: Visit, seen: Seen, moment: Moment): void {
  const { status, text } = seen;
  if (status !== 200 && status !== 404) {
    return town.complain("answer", `${place.path}: ${status} ${text.slice(0, 200)}`);
  }
  const shown = new Map<PostHistory, Set<number>>();
  for (const [, index, edit] of text.matchAll(/mark-(\d+)-(\d+)x/gu)) {
    const post = town.posts[Number(index)];
    if (!post) return town.complain("answer", `${place.path}: an unknown post`);
    shown.set(post, (shown.get(post) ?? new Set()).add(Number(edit)));
  }
  const isSeen = reader.kind === "staff" ? ["public", "draft"] : ["public"];
  for (const [post, edits] of shown) {
    if (place.post !== null && place.post !== post)
      town.complain("answer", `${place.path}: another`);
    for (const edit of edits) {
      const age = post.staleness(
        (span) => span.text === edit && isSeen.includes(span.kind),
        moment,
      );
      town.note(
        age,
        moment,
        `${place.path} (${reader.kind}) shows edit ${edit} of post ${post.index}`,
      );
    }
  }
  const expected = place.post ? [place.post] : place.isWhole ? town.posts : [];
  for (const post of expected.filter((each) => !shown.has(each))) {
    // Nobody keeps a 404.
    const now = place.post ? { ...moment, ageMs: 0 } : moment;
    const age = post.staleness((span) => !isSeen.includes(span.kind), now);
    town.note(age, now, `${place.path} (${reader.kind}) lacks post ${post.index}`);
  }
}
