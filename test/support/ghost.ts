import { env } from "cloudflare:workers";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { draftPost, fieldsOf, type PostFields } from "#domain/posts";
import { posts, tags } from "#repository/models";
import { insertPost } from "#repository/posts";

import { givenPublishableKey, givenUser, type Person } from "./people";
import { send, type Sent } from "./requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "given");

export const GHOST = "/ghost/api/content";

/** The first 24 hex digits of a UUID, as Ghost's clients know it. */
export const shortId = (id: string): string => id.replaceAll("-", "").slice(0, 24);

const owner = await givenUser({ role: "owner" });
const { key } = await givenPublishableKey(owner);

/** Asks Ghost's content API as its clients do: the key first, then what is given. */
export function ghost(
  path: string,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const search = new URLSearchParams({ key, ...query });
  return send("GET", `${GHOST}/${path}?${search.toString()}`, { headers });
}

export interface Written {
  readonly id: string;
  readonly slug: string;
  /** As Ghost's clients know it. */
  readonly ghostId: string;
}

/** A published post, straight in the database; its moments are those given. */
export async function givenPublished(
  fields: Partial<PostFields> & {
    readonly slug?: string;
    readonly authors?: readonly Pick<Person, "id" | "slug" | "name">[];
    readonly tags?: readonly { id: string; slug: string; name: string }[];
    readonly publishedAt?: string;
    readonly status?: "draft" | "published";
  } = {},
): Promise<Written> {
  const mark = newId().slice(24);
  const { slug = `post-${mark}`, authors = [owner], tags: labels = [], ...others } = fields;
  const { publishedAt, status = "published", ...editable } = others;
  const post = draftPost({
    fields: { title: `Post ${mark}`, content: "Some *words*.", ...editable },
    slug,
    status,
    authors: authors.map(({ id, slug: name, name: shown }) => ({
      id,
      slug: name,
      name: shown,
      avatarUrl: null,
      avatar: null,
    })),
    tags: [...labels],
    createdBy: owner.id,
  });
  const dated = publishedAt === undefined ? post : { ...post, publishedAt };
  const [first, ...rest] = insertPost(db, dated, { by: owner.id, fields: fieldsOf(dated) });
  if (first) await db.batch([first, ...rest]);
  return { id: post.id, slug, ghostId: shortId(post.id) };
}

export async function givenTagNamed(
  name: string,
  slug: string,
): Promise<{ id: string; slug: string; name: string }> {
  const id = newId();
  await db.insert(tags).values({ id, name, slug });
  return { id, slug, name };
}

export { db, key, owner, posts };
