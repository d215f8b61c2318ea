import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";
import { accepts } from "hono/accepts";

import { isKnown } from "#api/answers";
import type { AppEnv } from "#api/dependencies";
import { answerPreflight } from "#api/headers";
import { API_VERSION } from "#api/reference/conventions";
import { docsPage } from "#api/reference/docs-page";
import { describe } from "#api/reference/document";
import { errorsPage } from "#api/reference/errors-page";
import type { Html } from "#api/reference/html";
import type { ApiDocument } from "#api/reference/shape";
import { style } from "#api/reference/style";
import { createRouter } from "#api/router";
import { sha256 } from "#core/tokens";

interface Printed {
  readonly text: string;
  readonly type: string;
  readonly etag: string;
}

const CACHING = "public, max-age=3600";

/**
 * What the API says about itself: `/openapi.json`, `/docs`, `/errors`, and `/`, which points there. All of
 * it follows from the routes of the app, is made when it is first asked for, and is then kept.
 */
export function createReference(app: OpenAPIHono<AppEnv>) {
  const reference = createRouter();
  const document = once(() => describe(app));
  const json = once(() => print(JSON.stringify(document()), "application/json"));
  const docs = once(() => printPage(docsPage, document()));
  const errors = once(() => printPage(errorsPage, document()));

  reference.options("/openapi.json", answerPreflight);
  reference.get("/openapi.json", async (c) => {
    c.header("Access-Control-Allow-Origin", "*");
    c.header("Access-Control-Expose-Headers", "ETag, Server-Timing");
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    return answer(c, await json());
  });
  reference.get("/docs", async (c) => answerPage(c, await docs()));
  reference.get("/errors", async (c) => answerPage(c, await errors()));
  reference.get("/", (c) => {
    c.header("Cache-Control", CACHING);
    c.header("Vary", "Accept");
    const supports = ["application/json", "text/html"];
    const wanted = accepts(c, { header: "Accept", supports, default: "application/json" });
    return wanted === "text/html" ? c.redirect("/docs", 302) : c.json(index, 200);
  });
  return reference;
}

const index = {
  name: "Imprint",
  version: API_VERSION,
  docs: "/docs",
  openapi: "/openapi.json",
  errors: "/errors",
  health: "/health",
  posts: "/v1/posts",
};

function once<Value>(make: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => (kept ??= { value: make() }).value;
}

const print = async (text: string, type: string): Promise<Printed> => ({
  text,
  type,
  etag: `"${await sha256(text)}"`,
});

const printPage = async (page: (document: ApiDocument) => Html, document: ApiDocument) =>
  print(String(await page(document)), "text/html; charset=utf-8");

function answer(c: HonoContext<AppEnv>, { text, type, etag }: Printed): Response {
  c.header("Cache-Control", CACHING);
  c.header("ETag", etag);
  return isKnown(c) ? c.body(null, 304) : c.body(text, 200, { "Content-Type": type });
}

/** A page may use its own style sheet, known by its digest, and nothing else wherever it comes from. */
const policy = once(async () => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = btoa(String.fromCodePoint(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
});

async function answerPage(c: HonoContext<AppEnv>, page: Printed): Promise<Response> {
  c.header("Content-Security-Policy", await policy());
  return answer(c, page);
}
