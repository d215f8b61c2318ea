import { neon, neonConfig } from "@neondatabase/serverless";
import { Hono } from "hono";

import { reads } from "./reads.ts";
import { write } from "./statements.ts";

/**
 * The least that could answer: Hono with nothing around it. `/hello` says so, `/known/…` answers with a text
 * that it was given, and the others send one statement and answer with what came back.
 */
interface BareEnv {
  readonly DATABASE_URL: string;
  readonly NEON_ENDPOINT: string;
  /** JSON: texts to answer with, by name. */
  readonly KNOWN: string;
  /** What the lists say of the next page, by name, since only Imprint can sign it. */
  readonly CURSORS: string;
}

const parsed = new Map<string, Readonly<Record<string, string>>>();

/** The texts of a setting, read once. */
function textsOf(setting: string): Readonly<Record<string, string>> {
  const known = parsed.get(setting) ?? (JSON.parse(setting) as Readonly<Record<string, string>>);
  parsed.set(setting, known);
  return known;
}

const encoded = new Map<string, ArrayBuffer>();

const toBuffer = (text: string): ArrayBuffer =>
  new Uint8Array(new TextEncoder().encode(text)).buffer;

/** A known text as bytes, which are sent faster than characters. */
function bytesOf(env: BareEnv, name: string): ArrayBuffer {
  const bytes = encoded.get(name) ?? toBuffer(textsOf(env.KNOWN)[name] ?? "");
  encoded.set(name, bytes);
  return bytes;
}

function ask(env: BareEnv, statement: string, values: readonly unknown[]) {
  neonConfig.fetchEndpoint = env.NEON_ENDPOINT;
  return neon(env.DATABASE_URL).query(statement, [...values]);
}

const json = { "content-type": "application/json" };

const app = new Hono<{ Bindings: BareEnv }>();

app.get("/hello", (c) => c.text("hello"));
app.get("/known/:name", (c) => c.body(bytesOf(c.env, c.req.param("name")), 200, json));
app.post("/known/:name", async (c) => {
  await c.req.json<object>();
  return c.body(bytesOf(c.env, c.req.param("name")), 201, json);
});
for (const name of ["list", "listWithTexts"] as const) {
  app.get(`/${name}`, async (c) => {
    const cursor = textsOf(c.env.CURSORS)[name] ?? null;
    const [row] = await ask(c.env, reads[name], [cursor]);
    return c.body(String(row?.["json"]), 200, json);
  });
}
app.get("/post/:slug", async (c) => {
  const [row] = await ask(c.env, reads.post, [c.req.param("slug")]);
  return row ? c.body(String(row["json"]), 200, json) : c.notFound();
});
app.post("/write", async (c) => {
  const { title, content } = await c.req.json<{ title: string; content: string }>();
  const [row] = await ask(c.env, write, [title, content]);
  return c.json(row ?? {}, 201);
});

// oxlint-disable-next-line import/no-default-export -- what a worker is made of
export default app;
