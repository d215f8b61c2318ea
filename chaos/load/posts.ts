import {
  type Asked,
  call,
  insist,
  insistWithKey,
  type RememberedPost,
  type Reply,
} from "./client.ts";
import type { Errand, Habit } from "./load.ts";

const contentOf = (mark: string, turn: number): string =>
  `# Part ${turn}\n\nWritten by *${mark}*.\n\n${"All that is written is kept. ".repeat(20)}\n`;

/** Writes a post, changes it a few times, publishes it, takes it back, throws it away. */
export const writer: Habit = {
  name: "writer",
  clients: 4,
  restMs: 60,
  async errand(errand) {
    const post = await write(errand);
    if (!post) return;
    const { random, story } = errand;
    story.posts.push(post);
    for (let turn = random.between(1, 4); turn > 0; turn -= 1) {
      if (post.isDeleted) return;
      if (random.chance(0.5)) await edit(errand, post, turn);
      else await move(errand, post, turn);
    }
  },
};

async function write({ world, story, random, mark }: Errand): Promise<RememberedPost | null> {
  const body = {
    title: `Post ${mark}`,
    content: contentOf(mark, 0),
    status: random.pick(["draft", "published"] as const),
    tags: [`Tag ${random.between(1, 5)}`],
    metadata: { mark },
  };
  const asked: Asked = { method: "POST", path: "/v1/posts", body };
  // Who sends no key takes the first answer, or none.
  const hasKey = random.chance(0.7);
  const reply = hasKey
    ? await insistWithKey(world, story, { ...asked, marker: mark }, random)
    : await call(world, story, { ...asked, body: { ...body, metadata: { once: mark } } }, random);
  if (!hasKey && (reply === null || reply.status >= 500)) return null;
  if (reply?.status !== 201) throw new Error(`writing a post answered ${said(reply)}`);
  return {
    id: String(reply.body["id"]),
    mark,
    version: Number(reply.body["version"]),
    title: body.title,
    status: body.status,
    isDeleted: false,
  };
}

/** Without a key: when the answer is lost, reading tells whether it was done. */
async function edit(
  { world, story, random }: Errand,
  post: RememberedPost,
  turn: number,
): Promise<void> {
  const title = `Post ${post.mark}, ${turn}`;
  const path = `/v1/posts/${post.id}`;
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const headers = { "if-match": `"v${post.version}"` };
    const asked: Asked = { method: "PATCH", path, body: { title }, headers };
    const reply = await call(world, story, asked, random);
    if (reply && reply.status < 500 && reply.status !== 412 && reply.status !== 409) {
      if (reply.status !== 200) throw new Error(`editing a post answered ${said(reply)}`);
      return learn(post, reply);
    }
    const now = await insist(world, story, { method: "GET", path }, random);
    if (now.status !== 200) throw new Error(`reading a post answered ${said(now)}`);
    const isOurs = now.body["version"] === post.version + 1 && now.body["title"] === title;
    if (!isOurs && now.body["version"] !== post.version) {
      throw new Error(`a post has version ${String(now.body["version"])} after ${post.version}`);
    }
    if (isOurs) return learn(post, now);
  }
}

async function move(
  { world, story, random }: Errand,
  post: RememberedPost,
  turn: number,
): Promise<void> {
  const headers = { "if-match": `"v${post.version}"` };
  if (random.chance(0.15)) {
    const reply = await insist(
      world,
      story,
      { method: "DELETE", path: `/v1/posts/${post.id}`, headers },
      random,
    );
    // A repeat of what was done finds nothing to delete any more.
    if (![204, 404].includes(reply.status)) throw new Error(`deleting answered ${said(reply)}`);
    post.isDeleted = true;
    return;
  }
  const verb = post.status === "published" ? "unpublish" : "publish";
  const path = `/v1/posts/${post.id}/${verb}`;
  const marker = `${post.mark}-${turn}-${verb}`;
  const reply = await insistWithKey(
    world,
    story,
    { method: "POST", path, headers, marker },
    random,
  );
  if (reply.status !== 200) throw new Error(`${verb} answered ${said(reply)}`);
  learn(post, reply);
}

function learn(post: RememberedPost, { body }: Reply): void {
  post.version = Number(body["version"]);
  post.title = String(body["title"]);
  post.status = String(body["status"]);
}

const said = (reply: Reply | null): string =>
  reply === null ? "nothing" : `${reply.status} ${reply.bytes.toString("utf8").slice(0, 300)}`;

/** Writes one post and publishes it. */
export const publisher: Habit = {
  name: "publisher",
  clients: 1,
  restMs: 100,
  async errand({ world, story, random, mark }) {
    const body = { title: `Post ${mark}`, content: contentOf(mark, 0), metadata: { mark } };
    const asked = { method: "POST", path: "/v1/posts", body, marker: mark };
    const made = await insistWithKey(world, story, asked, random);
    if (made.status !== 201) throw new Error(`writing a post answered ${said(made)}`);
    const id = String(made.body["id"]);
    const headers = { "if-match": `"v${String(made.body["version"])}"` };
    const path = `/v1/posts/${id}/publish`;
    const marker = `${mark}-publish`;
    const out = await insistWithKey(
      world,
      story,
      { method: "POST", path, headers, marker },
      random,
    );
    if (out.status !== 200) throw new Error(`publishing answered ${said(out)}`);
    const { version, title, status } = out.body;
    story.posts.push({
      id,
      mark,
      version: Number(version),
      title: String(title),
      status: String(status),
      isDeleted: false,
    });
  },
};
