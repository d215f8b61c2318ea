import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";
import type { World } from "#chaos/world";

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly bytes: Buffer;
}

/** A request that a client makes; `body` is sent as JSON unless it is bytes. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isAnonymous?: boolean;
}

/** A request with a key, and all the answers that it ever got. */
export interface KeyedRequest {
  readonly key: string;
  readonly path: string;
  /** What tells its effect from all others. */
  readonly marker: string;
  readonly replies: Reply[];
  /** How many answers were lost. */
  lost: number;
}

/** A post as its writer remembers it: what was acknowledged last. */
export interface RememberedPost {
  readonly id: string;
  readonly mark: string;
  version: number;
  title: string;
  status: string;
  isDeleted: boolean;
}

/** What clients know of what they did: the half of the story that the database must agree with. */
export interface Story {
  readonly keyed: KeyedRequest[];
  readonly posts: RememberedPost[];
  readonly plans: {
    readonly id: string;
    readonly publishAt: string;
    readonly isTakenBack: boolean;
  }[];
  /** Addresses whose owner has confirmed. */
  readonly confirmed: string[];
  /** Readers who have left, and when they were told that it is so. */
  readonly left: { readonly subscriberId: string; readonly ackedAt: number }[];
  /** Media whose upload was acknowledged. */
  readonly uploads: string[];
  /** How many requests were made, and what became of them, by status; 0 for no answer. */
  readonly statuses: Map<number, number>;
}

export const createStory = (): Story => ({
  keyed: [],
  posts: [],
  plans: [],
  confirmed: [],
  left: [],
  uploads: [],
  statuses: new Map(),
});

/** One request, once. @returns null when there was no answer. */
export async function call(
  world: World,
  story: Story,
  asked: Asked,
  random: Random,
): Promise<Reply | null> {
  const {
    method,
    path,
    body,
    type = "application/json",
    headers = {},
    isAnonymous = false,
  } = asked;
  const { origin } = await world.someWorker(random);
  try {
    const response = await fetch(`${origin}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(isAnonymous ? {} : { authorization: `Bearer ${world.token}` }),
        ...(body === undefined ? {} : { "content-type": type }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    count(story, response.status);
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const parsed: Record<string, unknown> = isJson ? JSON.parse(bytes.toString("utf8")) : {};
    return { status: response.status, headers: response.headers, body: parsed, bytes };
  } catch {
    count(story, 0);
    return null;
  }
}

function count({ statuses }: Story, status: number): void {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
}

/** Whether the same request may get another answer later. */
const mayPass = (reply: Reply | null): boolean =>
  reply === null ||
  reply.status >= 500 ||
  reply.status === 429 ||
  reply.body["internal_code"] === 40900;

/** How long somebody goes on asking, in milliseconds: the longest outage, and what it may take to recover. */
const PATIENCE_MS = 90_000;

/**
 * Makes a request that may be made again, until there is an answer that will not change.
 *
 * @throws {Error} when there is none for too long.
 */
export async function insist(
  world: World,
  story: Story,
  asked: Asked,
  random: Random,
): Promise<Reply> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const reply = await call(world, story, asked, random);
    if (reply && !mayPass(reply)) return reply;
    await sleep(random.between(30, 150));
  }
  throw new Error(
    `${asked.method} ${asked.path} had no lasting answer for ${PATIENCE_MS / 1000} s`,
  );
}

/** As `insist`, under an Idempotency-Key, and some answers are asked for once more. */
export async function insistWithKey(
  world: World,
  story: Story,
  asked: Asked & { readonly marker: string },
  random: Random,
): Promise<Reply> {
  const key = `chaos-key-${asked.marker}`;
  const request: KeyedRequest = {
    key,
    path: asked.path,
    marker: asked.marker,
    replies: [],
    lost: 0,
  };
  story.keyed.push(request);
  const headers = { ...asked.headers, "idempotency-key": key };
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const reply = await call(world, story, { ...asked, headers }, random);
    if (reply === null) request.lost += 1;
    else if (!mayPass(reply)) {
      request.replies.push(reply);
      if (random.chance(0.8) || request.replies.length > 3) return reply;
    }
    await sleep(random.between(30, 150));
  }
  throw new Error(
    `${asked.method} ${asked.path} had no lasting answer for ${PATIENCE_MS / 1000} s`,
  );
}
