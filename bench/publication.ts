import { signUp } from "#local/demo";

import type { Clients } from "./load.ts";
import type { Stage, StageDatabase } from "./stage.ts";
import { writeMarkdown } from "./texts.ts";
import { startWorkerd } from "./workerd.ts";
import type { RunningWorkerd } from "./workerd.ts";

const POST_LENGTH = 4000;
const texts = Array.from({ length: 50 }, (_, index) => writeMarkdown(index + 1, POST_LENGTH));
const setupToken = "the setup token of the benchmarks";

const APP_SECRET = "a secret of the benchmarks that nothing else uses";

/** Imprint's upload in a bare workerd. `vars` are settings besides those that it cannot do without. */
export async function startImprint(
  stage: Stage,
  { url, endpoint }: Pick<StageDatabase, "url" | "endpoint">,
  vars: Readonly<Record<string, string>> = {},
): Promise<RunningWorkerd> {
  return startWorkerd(await stage.bundle("imprint"), {
    DATABASE_URL: url,
    NEON_ENDPOINT: endpoint,
    APP_SECRET,
    SETUP_TOKEN: setupToken,
    ...vars,
  });
}

/** A post of 4 kB of Markdown with two tags, as `POST /v1/posts` takes it. */
export const newPost = (name: string, index: number, status: "draft" | "published"): string =>
  JSON.stringify({
    title: `${name} ${index}`,
    status,
    content: texts[index % texts.length],
    tags: [`Tag ${index % 20}`, `Topic ${index % 7}`],
  });

/**
 * Signs an owner up and publishes posts: `read-me-0`, `read-me-1` and so on.
 *
 * @returns the token of the owner's session.
 */
export async function fill(
  { origin }: RunningWorkerd,
  clients: Clients,
  count: number,
): Promise<string> {
  const owner = { email: "owner@imprint.example", password: "the password of the benchmarks" };
  const token = await signUp(origin, owner, setupToken);
  const load = {
    origin,
    method: "POST",
    paths: ["/v1/posts"],
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    bodies: Array.from({ length: count }, (_, index) => newPost("Read me", index, "published")),
    connections: 4,
    limit: { requests: count },
  } as const;
  await clients.put(load, 201);
  return token;
}
