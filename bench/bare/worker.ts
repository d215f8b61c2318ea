import { neon, neonConfig } from "@neondatabase/serverless";
import { Hono } from "hono";

import { statements } from "./statements.ts";

/**
 * The least that could answer: Hono with nothing around it. `/fixed/…` answers what it was given, `/read`,
 * `/list` and `/write` send one statement and answer with what came back.
 */
interface BareEnv {
  readonly DATABASE_URL: string;
  readonly NEON_ENDPOINT: string;
  /** JSON: what to answer, by name. */
  readonly FIXED: string;
}

let answers: Readonly<Record<string, object>> | undefined;
const fixed = (env: BareEnv): Readonly<Record<string, object>> =>
  (answers ??= JSON.parse(env.FIXED ?? "{}") as Readonly<Record<string, object>>);

function ask(env: BareEnv, statement: string, values: readonly unknown[]) {
  neonConfig.fetchEndpoint = env.NEON_ENDPOINT;
  return neon(env.DATABASE_URL).query(statement, [...values]);
}

const app = new Hono<{ Bindings: BareEnv }>();

app.get("/fixed/:name", (c) => c.json(fixed(c.env)[c.req.param("name")] ?? {}));
app.post("/fixed/:name", async (c) => {
  await c.req.json<object>();
  return c.json(fixed(c.env)[c.req.param("name")] ?? {}, 201);
});
app.get("/read/:slug", async (c) => {
  const [row] = await ask(c.env, statements.read, [c.req.param("slug")]);
  return row ? c.json(row) : c.notFound();
});
app.get("/list", async (c) => c.json({ data: await ask(c.env, statements.list, []) }));
app.post("/write", async (c) => {
  const { title, content } = await c.req.json<{ title: string; content: string }>();
  const [row] = await ask(c.env, statements.write, [title, content]);
  return c.json(row ?? {}, 201);
});

// oxlint-disable-next-line import/no-default-export -- what a worker is made of
export default app;
