import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "yaml";

import type { Owner } from "./data-folder.ts";
import { LocalFailure } from "./failure.ts";

const folder = join(import.meta.dirname, "demo");

/** The address of a post of the demo publication that shows most of what a post can hold. */
export const demoSlug = "what-an-issue-costs";

/**
 * Signs the owner up: the first account of an empty publication.
 *
 * @returns the token of the owner's session.
 * @throws LocalFailure with the API's own words when it refuses.
 */
export async function signUp(origin: string, owner: Owner, setupToken: string): Promise<string> {
  const account = { name: "Nora Quay", ...owner, setup_token: setupToken };
  return tokenOf(await post(origin, "/v1/auth/signup", account, {}));
}

/** Signs the owner in, with the same answer and the same failures. */
export async function signIn(origin: string, owner: Owner): Promise<string> {
  return tokenOf(await post(origin, "/v1/auth/signin", owner, {}));
}

/**
 * Fills a publication with a few posts, over the API like any client. One that is there already is left as
 * it is, so a first run that was cut short goes on where it stopped.
 *
 * @throws LocalFailure with the API's own words when it refuses one.
 */
export async function publishDemo(origin: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  for (const name of names.toSorted()) {
    const body = readPost(await readFile(join(folder, name), "utf8"));
    const address = new URL(`/v1/posts/${String(body["slug"])}`, origin);
    if ((await fetch(address, { headers })).ok) continue;
    await post(origin, "/v1/posts", body, {
      ...headers,
      "idempotency-key": `imprint-demo-${name}`,
    });
  }
}

/** A Markdown file's front matter is the request's fields, the rest its content. */
function readPost(text: string): Record<string, unknown> {
  const [, matter = "", ...content] = text.split(/^---\n/mu);
  return { status: "published", ...parse(matter), content: content.join("---\n").trimStart() };
}

async function post(
  origin: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<unknown> {
  const response = await fetch(new URL(path, origin), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new LocalFailure(`POST ${path} answered ${response.status}: ${answer}`);
  return JSON.parse(answer);
}

function tokenOf(answer: unknown): string {
  const { session } = answer as { session?: { token?: unknown } };
  if (typeof session?.token !== "string") throw new LocalFailure("the API gave no session token");
  return session.token;
}
