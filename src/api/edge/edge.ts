import { readSettings, type Settings } from "#core/settings";
import { sha256 } from "#core/tokens";

import { type Address, readAddress } from "./addresses";
import { type Asker, readAsker } from "./askers";
import { type Colo, createColo } from "./colo";
import { answer, type Entry, entryOf, hit, isLive, mayKeep, type Wish } from "./entries";
import { Memory } from "./memory";

/** What answers requests, cached or not. */
export type Handler = (
  request: Request,
  env: Env,
  execution: ExecutionContext,
) => Response | Promise<Response>;

/** A request that may be answered with what somebody else was answered. */
interface Visit {
  readonly address: Address;
  readonly asker: Asker;
  /** What it is remembered under. */
  readonly name: string;
  readonly wish: Wish;
  readonly startedAt: number;
  readonly seconds: number;
  /** Asks whoever is behind the cache. Only what the name tells apart gets through. */
  readonly fetch: () => Response | Promise<Response>;
  readonly later: (work: Promise<unknown>) => void;
}

/** Where answers are kept: in this isolate, and where all isolates of a place find them. */
interface Shelves {
  readonly memory: Memory;
  readonly colo: Colo;
}

/**
 * Keeps public answers before the app, and gives them to whoever asks the same, for `EDGE_CACHE_SECONDS`
 * from the start of the request that made them and never longer. With `EDGE_CACHE=platform` or `off`
 * everything goes through.
 *
 * What is kept depends on the normal form of the address, on the media type that is wanted where a route
 * has several, and on the publishable key. No other header gets to the app with a request whose answer may
 * be kept, so none can change it. Sessions and secret keys go past the cache in both directions.
 */
export function atEdge(handler: Handler): Handler {
  const shelves: Shelves = { memory: new Memory(), colo: createColo() };
  const addresses = new Known();
  return (request, env, execution) => {
    const { method } = request;
    if ((method !== "GET" && method !== "HEAD") || request.body !== null) {
      return handler(request, env, execution);
    }
    const settings = settingsOf(env);
    if (settings?.EDGE_CACHE !== "worker") return handler(request, env, execution);
    const address = addresses.read(request.url);
    const asker = address && readAsker(request.headers, address);
    if (!asker) return handler(request, env, execution);

    const name = nameOf(address.url, asker);
    const startedAt = Date.now();
    const entry = shelves.memory.get(name);
    const visit = (): Visit => ({
      address,
      asker,
      name,
      wish: wishOf(request),
      startedAt,
      seconds: settings.EDGE_CACHE_SECONDS,
      fetch: () => handler(plain(request, address, asker), env, execution),
      later: (work) => execution.waitUntil(work),
    });
    if (!entry || !isLive(entry, startedAt)) return fill(shelves, visit());
    if (startedAt >= entry.staleAt && !entry.isRefreshing) {
      entry.isRefreshing = true;
      // What cannot be had now stays as it is until its time: the next one tries again.
      execution.waitUntil(refresh(shelves, visit(), entry).catch(() => undefined));
    }
    return hit(entry, wishOf(request), startedAt);
  };
}

/** Without settings there is no answer to keep, and whoever answers says so. */
function settingsOf(env: Env): Settings | null {
  try {
    return readSettings(env);
  } catch {
    return null;
  }
}

/** Addresses as they were written before, so that reading one again costs a look. */
class Known {
  readonly #addresses = new Map<string, Address>();

  read(url: string): Address | null {
    const known = this.#addresses.get(url);
    if (known) return known;
    const address = readAddress(url);
    if (!address) return null;
    if (this.#addresses.size >= 2000) this.#addresses.clear();
    this.#addresses.set(url, address);
    return address;
  }
}

/** For nobody in particular it is the address, which no space is in. */
function nameOf(url: string, { key, type }: Asker): string {
  return key === null && type === null ? url : `${url} ${type ?? ""} ${key ?? ""}`;
}

const wishOf = ({ method, headers }: Request): Wish => ({
  isHead: method === "HEAD",
  ifNoneMatch: headers.get("if-none-match"),
  ifModifiedSince: headers.get("if-modified-since"),
});

/** What the app is told of who asks, for its log and its limits. None of it changes what is published. */
const passed = ["cf-connecting-ip", "user-agent", "x-request-id"];

/** The request as everybody would make it who gets the same answer. */
function plain({ headers: sent }: Request, { url }: Address, { key, type }: Asker): Request {
  const headers = new Headers();
  for (const name of passed) {
    const value = sent.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (key !== null) headers.set("Authorization", `Bearer ${key}`);
  if (type !== null) headers.set("Accept", type);
  return new Request(url, { headers });
}

async function fill(shelves: Shelves, visit: Visit): Promise<Response> {
  const { name, wish, startedAt, seconds } = visit;
  const shared = await sharedNameOf(visit);
  const found = await shelves.colo.get(shared, startedAt, seconds);
  if (found) {
    shelves.memory.set(name, found);
    return hit(found, wish, startedAt);
  }
  const response = await visit.fetch();
  const entry = await keep(shelves, visit, shared, response);
  if (!entry) return wish.isHead ? withoutBody(response) : response;
  const headers = new Headers(response.headers);
  headers.set("Cache-Status", "imprint; fwd=uri-miss; stored");
  return answer(entry, wish, headers);
}

/** Keeps what may be kept, when all of it has come. What broke off fails here and is not kept. */
async function keep(
  { memory, colo }: Shelves,
  { name, startedAt, seconds, later }: Visit,
  shared: string,
  response: Response,
): Promise<Entry | null> {
  if (!mayKeep(response)) return null;
  const { status, headers } = response;
  const entry = entryOf(
    { status, headers, bytes: await response.arrayBuffer(), startedAt },
    seconds,
  );
  memory.set(name, entry);
  later(colo.set(shared, entry, Date.now()));
  return entry;
}

/** Behind an answer that is shown once more. What may not be kept any longer is forgotten at once. */
async function refresh(shelves: Shelves, visit: Visit, entry: Entry): Promise<void> {
  try {
    const shared = await sharedNameOf(visit);
    const response = await visit.fetch();
    if (await keep(shelves, visit, shared, response)) return;
    await response.body?.cancel();
    if (response.status >= 500) return;
    shelves.memory.delete(visit.name);
    await shelves.colo.delete(shared);
  } finally {
    entry.isRefreshing = false;
  }
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

/** A key is not written down where others might read it. */
async function sharedNameOf({ address, asker }: Visit): Promise<string> {
  const { origin, pathname, search } = new URL(address.url);
  const digest = await sha256(`${search} ${asker.type ?? ""} ${asker.key ?? ""}`);
  return `${origin}/.edge/${digest}${pathname}`;
}
