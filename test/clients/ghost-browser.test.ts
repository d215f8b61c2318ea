import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, inject, it } from "vitest";

import { MANY, serveSite } from "./site";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

const sdk = join(
  dirname(createRequire(import.meta.url).resolve("@tryghost/content-api")),
  "../umd/content-api.min.js",
);

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** A page of somebody else's that shows what Ghost's client tells it. */
const pageOf = (url: string, key: string): string => `<!doctype html>
<meta charset="utf-8"><title>A reader</title><pre id="out">nothing</pre>
<script src="/sdk.js"></script>
<script>
  const options = { url: ${JSON.stringify(url)}, key: "${key}", version: "v6.0" };
  const ghost = new GhostContentAPI(options);
  const byFetch = new GhostContentAPI({ ...options, makeRequest: async ({ url, params, headers }) => {
    const answer = await fetch(url + "?" + new URLSearchParams(params), { headers });
    return { data: await answer.json() };
  } });
  (async () => {
    let many = 0;
    for (let page = 1; page !== null;) {
      const some = await byFetch.posts.browse({ filter: "tag:many", fields: "id", limit: 50, page });
      many += some.length;
      page = some.meta.pagination.next;
    }
    const posts = await ghost.posts.browse({ limit: 2, filter: "tag:news", include: "tags" });
    const post = await ghost.posts.read({ slug: "alpha" });
    const settings = await ghost.settings.browse();
    const wrong = await ghost.posts.read({ slug: "nowhere" }).catch(({ type, context }) => ({ type, context }));
    return { many, slugs: posts.map(({ slug }) => slug), total: posts.meta.pagination.total,
      title: post.title, site: settings.title, wrong };
  })().then(JSON.stringify, String).then((text) => { document.getElementById("out").textContent = text; });
</script>`;

/** What stands between a browser and the worker, and sees who asks how. */
async function serveSeen(target: string) {
  const seen: string[] = [];
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    seen.push(`${request.method} ${new URL(request.url ?? "", target).pathname}`);
    const names = ["origin", "accept", "accept-version", "access-control-request-headers"];
    const headers = names.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? [[name, value] as const] : [];
    });
    const method = request.method ?? "GET";
    const answer = await fetch(new URL(request.url ?? "", target), { method, headers });
    const given = [...answer.headers].filter(([name]) => !/encoding|length/u.test(name));
    response.writeHead(answer.status, Object.fromEntries(given));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = await serve((request, response) => void forward(request, response));
  return { ...server, seen };
}

describe("Ghost's own client in a browser, on a page of another origin", () => {
  it("asks first whether it may, and then reads", async (test) => {
    test.skip(chromium === undefined, "there is no Chromium on this machine");
    const site = await serveSite(inject("neonEndpoint"));
    const worker = await serveSeen(site.origin);
    const script = await readFile(sdk);
    const pages = await serve((request, response) => {
      const isScript = request.url === "/sdk.js";
      const type = isScript ? "text/javascript" : "text/html";
      response.writeHead(200, { "content-type": type });
      response.end(isScript ? script : pageOf(worker.origin, site.key));
    });
    const profile = await mkdtemp(join(tmpdir(), "imprint-chromium-"));
    try {
      const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
      const { stdout } = await promisify(execFile)(
        chromium ?? "",
        [...flags, "--virtual-time-budget=20000", "--dump-dom", `${pages.origin}/`],
        { timeout: 60_000 },
      );
      const shown = /<pre id="out">([^<]*)<\/pre>/u.exec(stdout)?.[1]?.replaceAll("&amp;", "&");
      expect(JSON.parse(shown ?? "null")).toEqual({
        many: MANY,
        slugs: ["2020-in-review", "india"],
        total: 6,
        title: "Alpha",
        site: "The world",
        wrong: { type: "NotFoundError", context: "Post not found." },
      });
      expect(worker.seen).toContain("OPTIONS /ghost/api/content/posts/");
      expect(worker.seen).toContain("GET /ghost/api/content/posts/");
    } finally {
      pages.stop();
      worker.stop();
      await site.stop();
      await rm(profile, { recursive: true, force: true });
    }
  }, 90_000);
});
