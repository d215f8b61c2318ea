import { resolve } from "node:path";

import { unstable_startWorker as startWorker } from "wrangler";

import { connect, createMeter, type Database } from "#core/db";
import { newId } from "#core/ids";
import { randomHex, randomSecret, sha256 } from "#core/tokens";
import {
  apiKeys,
  newsletters,
  postAuthors,
  posts,
  postTags,
  tags,
  users,
} from "#repository/models";
import { makeWorld } from "#test/repository/ghost/make-world";
import { worldAuthors } from "#test/repository/ghost/world";

import type { GhostSite } from "./contract/row.ts";

/** Posts about nothing but that there are many of them, all with the tag `many`. */
export const MANY = 130;

/** A worker that serves over HTTP, with a database of its own that holds the world and much more. */
export interface ServedSite extends GhostSite {
  stop(): Promise<void>;
}

/** @param neonEndpoint where Neon's HTTP protocol is spoken. */
export async function serveSite(neonEndpoint: string): Promise<ServedSite> {
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = `postgres://test:test@test.localhost/${name}`;
  const db = connect(url, neonEndpoint, createMeter());
  await makeWorld(db);
  await makeMany(db);
  await makeNewsletters(db);
  const keys = await makeKeys(db);
  const plain = (value: string) => ({ type: "plain_text" as const, value });
  const worker = await startWorker({
    config: resolve(import.meta.dirname, "../../wrangler.toml"),
    envFiles: [],
    bindings: {
      DATABASE_URL: { type: "secret_text", value: url },
      NEON_ENDPOINT: plain(neonEndpoint),
      SITE_URL: plain("https://reader.example"),
      SITE_TITLE: plain("The world"),
      EDGE_CACHE: plain("off"),
      LOG_LEVEL: plain("error"),
    },
    dev: { inspector: false, remote: false, watch: false, persist: false, server: { port: 0 } },
  });
  const origin = (await worker.url).origin;
  return { origin, ...keys, stop: () => worker.dispose() };
}

/** A key for readers, and one that must never stand in an address. */
async function makeKeys(db: Database) {
  const key = randomHex(26);
  const secretKey = `sk_${randomSecret()}`;
  const of = async (kind: "publishable" | "secret", text: string) => ({
    id: newId(),
    name: "Of the tests",
    kind,
    keyHash: await sha256(text),
    hint: text.slice(-4),
    scopes: [],
    createdBy: worldAuthors[0]?.id ?? "",
  });
  await db.insert(apiKeys).values([await of("publishable", key), await of("secret", secretKey)]);
  return { key, secretKey };
}

async function makeMany(db: Database): Promise<void> {
  const [tagId, userId] = [newId(), newId()];
  const given = Array.from({ length: MANY }, (_, index) => {
    const slug = `many-${String(index + 1).padStart(3, "0")}`;
    const publishedAt = new Date(Date.UTC(2010, 0, index + 1)).toISOString();
    return { id: newId(), slug, title: `One of many: ${index + 1}`, publishedAt };
  });
  await db.batch([
    db.insert(users).values({ id: userId, slug: "zoe", name: "Zoe Writesalot", role: "author" }),
    db.insert(tags).values({ id: tagId, slug: "many", name: "Many" }),
    db.insert(posts).values(
      given.map((post) => ({
        ...post,
        status: "published" as const,
        content: `Post *${post.slug}*.`,
        html: `<p>Post <em>${post.slug}</em>.</p>`,
        excerpt: `Post ${post.slug}.`,
        wordCount: 2,
        readingTime: 1,
        createdAt: post.publishedAt,
        updatedAt: post.publishedAt,
      })),
    ),
    db.insert(postTags).values(given.map(({ id }) => ({ postId: id, tagId, position: 0 }))),
    db.insert(postAuthors).values(given.map(({ id }) => ({ postId: id, userId, position: 0 }))),
    // What nobody may find: a draft, and what was thrown away.
    db.insert(posts).values(
      [
        { slug: "the-draft", status: "draft" as const, publishedAt: null, deletedAt: null },
        {
          slug: "the-deleted",
          status: "published" as const,
          publishedAt: "2020-01-01T00:00:00.000Z",
          deletedAt: "2021-01-01T00:00:00.000Z",
        },
      ].map((post) => ({
        ...post,
        id: newId(),
        title: "Never to be seen",
        content: "",
        html: "",
        excerpt: "",
        wordCount: 0,
        readingTime: 0,
      })),
    ),
  ]);
}

const makeNewsletters = (db: Database) =>
  db.insert(newsletters).values([
    { slug: "weekly", name: "Weekly", description: "Once a week", isDefault: true },
    { slug: "old", name: "Old", status: "archived" },
  ]);
