import type { Random } from "#chaos/random";

import type { KeyHistory, Kind, PostHistory } from "./histories.ts";
import type { Town } from "./town.ts";

/** A change that a writer makes of one post, or of a key. */
export type Change = (
  town: Town,
  post: PostHistory,
  origin: string,
  random: Random,
) => Promise<void>;

interface Answer {
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function ask(
  { token }: Town,
  url: string,
  method: string,
  sent: { readonly body?: unknown; readonly version?: number } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent.version === undefined ? {} : { "if-match": `"v${sent.version}"` }),
      ...(sent.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const body: Record<string, unknown> = isJson ? JSON.parse(text) : {};
  return { headers: response.headers, body };
}

const textsOf = (post: PostHistory, text: number) => ({
  title: `The harbour ${post.mark(text)}`,
  content: `Boats, and *${post.mark(text)}*.`,
});

/** Writes a post, out or not. */
export async function write(
  town: Town,
  post: PostHistory,
  origin: string,
  kind: "public" | "draft",
) {
  const text = post.nextText();
  post.slug = `harbour-${post.index}`;
  const status = kind === "public" ? "published" : "draft";
  const body = { ...textsOf(post, text), slug: post.slug, status };
  const settle = post.become(text, kind);
  const answer = await ask(town, `${origin}/v1/posts`, "POST", { body });
  settle();
  post.id = String(answer.body["id"]);
  post.version = Number(answer.body["version"]);
}

/** Makes a change that answers with the post, or with its ETag alone. */
async function change(
  town: Town,
  post: PostHistory,
  { text, kind }: { readonly text: number; readonly kind: Kind },
  send: (version: number) => Promise<Answer>,
): Promise<void> {
  const settle = post.become(text, kind);
  const { headers, body } = await send(post.version);
  settle();
  town.figures.changes += 1;
  post.version = Number(/"v(\d+)/u.exec(headers.get("etag") ?? "")?.[1]);
  const isOut = body["status"] === "published";
  if (kind !== "deleted" && isOut !== (kind === "public")) {
    throw new Error(`post ${post.index} should be ${kind} and is ${String(body["status"])}`);
  }
}

export const edit: Change = (town, post, origin) => {
  const { now } = post;
  const text = post.nextText();
  return change(town, post, { text, kind: now.kind }, (version) =>
    ask(town, `${origin}/v1/posts/${post.id}`, "PATCH", { body: textsOf(post, text), version }),
  );
};

const move =
  (verb: "publish" | "unpublish" | "restore"): Change =>
  (town, post, origin) => {
    const { text } = post.now;
    const kinds = { publish: "public", unpublish: "draft", restore: post.kindBefore } as const;
    return change(town, post, { text, kind: kinds[verb] }, (version) =>
      ask(town, `${origin}/v1/posts/${post.id}/${verb}`, "POST", { version }),
    );
  };

export const unpublish: Change = move("unpublish");
const publish: Change = move("publish");
const restore: Change = move("restore");

export const remove: Change = (town, post, origin) =>
  change(town, post, { text: post.now.text, kind: "deleted" }, (version) =>
    ask(town, `${origin}/v1/posts/${post.id}`, "DELETE", { version }),
  );

/** Shows a post by a link, as it is, to whoever has it: and keeps it nowhere. */
const preview: Change = async (town, post, origin, random) => {
  const made = await ask(town, `${origin}/v1/posts/${post.id}/preview-links`, "POST");
  const { pathname } = new URL(String(made.body["url"]));
  for (const place of [origin, random.pick(town.origins)]) {
    const response = await fetch(`${place}${pathname}`, {
      headers: { accept: "application/json" },
    });
    const text = await response.text();
    const control = response.headers.get("cache-control");
    if (response.status !== 200 || !text.includes(post.mark(post.now.text))) {
      town.complain("preview", `a link shows something else: ${response.status}`);
    }
    if (control !== "private, no-store" || response.headers.has("age")) {
      town.complain("preview", `a link may be kept: ${control}`);
    }
  }
};

/** Makes a key that readers use from then on. */
export async function addKey(town: Town, origin: string): Promise<void> {
  const body = { name: "A site", kind: "publishable" };
  const answer = await ask(town, `${origin}/v1/api-keys`, "POST", { body });
  town.keys.push({
    id: String(answer.body["id"]),
    key: String(answer.body["key"]),
    revokeSentAt: Infinity,
    revokedAt: Infinity,
  });
}

/**
 * Revokes the newest key and makes another. Readers go on using it for a while.
 *
 * @returns null when all are being revoked.
 */
export async function revokeKey(town: Town, origin: string): Promise<KeyHistory | null> {
  const key = town.keys.findLast(({ revokeSentAt }) => revokeSentAt === Infinity);
  if (!key) return null;
  key.revokeSentAt = performance.now();
  await ask(town, `${origin}/v1/api-keys/${key.id}`, "DELETE");
  key.revokedAt = performance.now();
  town.figures.changes += 1;
  await addKey(town, origin);
  return key;
}

const revoke: Change = async (town, _post, origin) => void (await revokeKey(town, origin));

/** Makes a post public, whatever it was. */
export const bringOut: Change = async (town, post, origin, random) => {
  if (post.now.kind === "deleted") await restore(town, post, origin, random);
  if (post.now.kind === "draft") await publish(town, post, origin, random);
};

/** Makes one change that fits what the post is. */
export async function changeByChance(
  town: Town,
  post: PostHistory,
  origin: string,
  random: Random,
): Promise<void> {
  const fitting: Readonly<Record<Kind, readonly Change[]>> = {
    public: [edit, edit, edit, unpublish, remove, revoke],
    draft: [edit, publish, publish, publish, preview, remove],
    deleted: [restore],
  };
  await random.pick(fitting[post.now.kind])(town, post, origin, random);
}
