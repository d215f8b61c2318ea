import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

import { randomSecret } from "#core/tokens";
import { givenUser } from "#test/support/people";
import { ORIGIN } from "#test/support/requests";

import { departuresOf } from "./conformance";
import { pages, pathOf, publishedPages, servedRoutes } from "./document";
import {
  api,
  CACHED,
  fixedHeaders,
  guarded,
  liveReads,
  NOTHING_ALLOWED,
  openForms,
  ownRoutes,
  publicReads,
  sharedPages,
  UNCACHED,
  unsafe,
  visibleHeaders,
} from "./edge";
import { type Answer, type Draft, exchange } from "./exchange";
import type { Target } from "./recipe-parts";
import { addressOf, draftOf, recipeOf, recipes } from "./recipes";
import { readState } from "./state";
import { givenOwner } from "./things";

const metrics = { backlogCount: 0, backlogBytes: 0 };
for (const queue of [
  env.QUEUE_DEFAULT,
  env.QUEUE_MAIL,
  env.QUEUE_BULK,
  env.QUEUE_WEBHOOKS,
  env.QUEUE_HEAVY,
]) {
  vi.spyOn(queue, "sendBatch").mockResolvedValue({ metadata: { metrics } });
}

const other = await givenUser();

interface Given {
  readonly target: Target;
  /** Their own request. */
  readonly owners: Draft;
  /** The same from nobody. */
  readonly strangers: Draft;
  readonly token: string;
}

async function given(route: string): Promise<Given> {
  const holder = await givenOwner();
  const target = await recipeOf(route)({ holder, other });
  const strangers = draftOf(route, target);
  const owners = { ...strangers, headers: { ...strangers.headers, ...holder.headers } };
  return { target, owners, strangers, token: holder.token };
}

const withHeaders = (draft: Draft, headers: Record<string, string>): Draft => ({
  ...draft,
  headers: { ...draft.headers, ...headers },
});

/** What is missing of the headers that every answer has. */
function lapsesOf({ status, headers }: Pick<Answer, "status" | "headers">): readonly string[] {
  const isJson = headers.get("content-type")?.includes("json") === true;
  const missing = Object.entries({ ...fixedHeaders, ...(isJson ? {} : visibleHeaders) })
    .filter(([name, value]) => headers.get(name) !== value)
    .map(([name]) => `${status}: ${name} is ${headers.get(name)}`);
  const traces = ["access-control-allow-credentials", "server", "x-powered-by"];
  const telling = traces
    .filter((name) => headers.has(name))
    .map((name) => `${status}: ${name} is there`);
  const id = headers.get("x-request-id") === null ? [`${status}: no x-request-id`] : [];
  return [...missing, ...telling, ...id];
}

const policyOf = ({ headers }: Answer): unknown => ({
  "cache-control": headers.get("cache-control"),
  "content-security-policy": headers.get("content-security-policy"),
  "cross-origin-resource-policy": headers.get("cross-origin-resource-policy"),
});

const closed = {
  "cache-control": UNCACHED,
  "content-security-policy": NOTHING_ALLOWED,
  "cross-origin-resource-policy": "same-origin",
};

describe("every answer", () => {
  it.each(servedRoutes)("carries what keeps browsers careful: %s", async (route) => {
    const { owners, strangers } = await given(route);
    const nobody = { authorization: `Bearer ses_${randomSecret()}` };
    const answers = [
      await exchange(strangers),
      await exchange(withHeaders(strangers, nobody)),
      await exchange({ ...owners, path: `${pathOf(route).split("{")[0]}%00` }),
      await exchange({ ...owners, path: `${owners.path.split("?")[0]}?x=1&x=2` }),
      await exchange(owners),
    ];
    expect(answers.flatMap(lapsesOf)).toEqual([]);
    const policies = answers.map((answer) => answer.headers.get("content-security-policy"));
    expect(policies.every((policy) => policy?.includes("default-src 'none'"))).toBe(true);
  });

  const refused: readonly (readonly [string, Draft, number])[] = [
    ["there is no such route", { method: "GET", path: "/v1/nothing", headers: {} }, 40400],
    ["there is no such method", { method: "PUT", path: "/v1/posts", headers: {} }, 40500],
    ["the address cannot be read", { method: "GET", path: "/v1/webhooks/%ff", headers: {} }, 40000],
    [
      "the body is too large",
      { method: "POST", path: "/v1/posts", headers: {}, content: "x".repeat(4_300_000) },
      41300,
    ],
    [
      "another site asks",
      { method: "POST", path: "/v1/tags", headers: { cookie: "__Host-session=x" } },
      40301,
    ],
  ];

  it.each(refused)("carries it also when it says that %s", async (_what, draft, code) => {
    const answer = await exchange(draft);
    expect(answer.code).toBe(code);
    expect(lapsesOf(answer)).toEqual([]);
    expect(policyOf(answer)).toEqual(closed);
  });

  it.each(api.filter((route) => ![...publicReads, ...liveReads].includes(route)))(
    "is for nobody but whoever asked: %s",
    async (route) => {
      const { owners, strangers } = await given(route);
      const answers = [await exchange(strangers), await exchange(owners)];
      expect(answers.map(policyOf)).toEqual([closed, closed]);
    },
  );
});

describe("what is published", () => {
  /** Of the things that can be asked about, one that strangers may read. */
  const published: Readonly<Record<string, string>> = {
    "GET /v1/posts": "other's published",
    "GET /v1/posts/{id}": "other's published",
    "GET /v1/authors/{id}": "any who has published",
    "GET /oembed": "any published",
    ...Object.fromEntries(
      publishedPages
        .filter((route) => route.includes("/author/"))
        .map((route) => [route, "any who has published"]),
    ),
  };

  it.each(publicReads)(
    "may be kept by the edge when nobody in particular asks: %s",
    async (route) => {
      const holder = await givenOwner();
      const recipe = recipes[route]?.[published[route] ?? "any"] ?? recipeOf(route);
      const target = await recipe({ holder, other });
      const strangers = draftOf(route, target);
      const kept = await exchange(strangers);
      expect([kept.status, kept.headers.get("cache-control")]).toEqual([200, CACHED]);
      expect(kept.headers.get("vary")).toBe("Accept, Accept-Encoding, Authorization, Cookie");
      expect(kept.headers.get("set-cookie")).toBeNull();

      const themed = await exchange(withHeaders(strangers, { cookie: "theme=dark" }));
      expect([themed.text, themed.headers.get("cache-control")]).toEqual([kept.text, CACHED]);

      const personal = [
        withHeaders(strangers, holder.headers),
        withHeaders(strangers, { cookie: `__Host-session=${holder.token}` }),
        { ...strangers, path: `${strangers.path.split("?")[0]}?limit=1&limit=2` },
      ];
      for (const draft of personal) {
        const { headers } = await exchange(draft);
        expect(headers.get("cache-control")).toBe(UNCACHED);
      }
    },
  );

  it("is never kept when it is not there", async () => {
    const path = `/v1/posts/${crypto.randomUUID()}`;
    const answer = await exchange({ method: "GET", path, headers: {} });
    expect([answer.code, answer.headers.get("cache-control")]).toEqual([40401, UNCACHED]);
  });
});

describe("pages of other sites", () => {
  const elsewhere = { origin: "https://elsewhere.example" };

  it.each(ownRoutes)("may read what is published, and nothing else: %s", async (route) => {
    const { owners, strangers, token } = await given(route);
    const isOpen = [...publicReads, ...liveReads, ...sharedPages, ...openForms].includes(route);
    const answer = await exchange(withHeaders(strangers, elsewhere));
    expect(answer.headers.get("access-control-allow-origin")).toBe(isOpen ? "*" : null);
    if (sharedPages.includes(route)) return;
    const cookie = { ...elsewhere, cookie: `__Host-session=${token}` };
    for (const draft of [withHeaders(owners, elsewhere), withHeaders(strangers, cookie)]) {
      const { headers } = await exchange(draft);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it.each([...new Set(ownRoutes.map(pathOf))])("are told so beforehand: %s", async (path) => {
    const asked = { ...elsewhere, "access-control-request-method": "DELETE" };
    const answer = await exchange({
      method: "OPTIONS",
      path: path.replaceAll(/[{}]/gu, ""),
      headers: asked,
    });
    const isForm = openForms.includes(`POST ${path}`);
    const isOpen = isForm || [...publicReads, ...liveReads, ...sharedPages].includes(`GET ${path}`);
    const methods = isForm ? "POST" : "GET, HEAD";
    expect(answer.code).toBe(isOpen ? 204 : 40500);
    expect(answer.headers.get("access-control-allow-origin")).toBe(isOpen ? "*" : null);
    expect(answer.headers.get("access-control-allow-methods")).toBe(isOpen ? methods : null);
    expect(lapsesOf(answer)).toEqual([]);
  });

  it.each(unsafe)("cannot change anything with somebody's cookie: %s", async (route) => {
    const { strangers, token } = await given(route);
    const cookie = { cookie: `__Host-session=${token}` };
    const foreign = [
      {},
      elsewhere,
      { origin: "null" },
      { origin: `${ORIGIN}.elsewhere.example` },
      { origin: ORIGIN.replace("https", "http") },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { ...elsewhere, "sec-fetch-site": "same-origin" },
    ];
    const before = await readState();
    const answers = await Promise.all(
      foreign.map((headers) => exchange(withHeaders(strangers, { ...cookie, ...headers }))),
    );
    expect(answers.map(({ code }) => code)).toEqual(foreign.map(() => 40301));
    expect(await readState()).toEqual(before);
    const own = await exchange(withHeaders(strangers, { ...cookie, origin: ORIGIN }));
    expect(own.status).toBeLessThan(300);
  });
});

describe("every path", () => {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
  const paths = [...new Set(ownRoutes.map(pathOf))];

  const allowedAt = (path: string): readonly string[] => {
    const served = methods.filter((method) => servedRoutes.includes(`${method} ${path}`));
    const isOpen =
      openForms.includes(`POST ${path}`) ||
      [...publicReads, ...liveReads, ...sharedPages].includes(`GET ${path}`);
    return [
      ...served,
      ...(served.includes("GET") ? ["HEAD"] : []),
      ...(isOpen ? ["OPTIONS"] : []),
    ].toSorted();
  };

  it.each(paths)("answers 405 and what it does have to every other method: %s", async (path) => {
    const owner = await givenOwner();
    const allowed = allowedAt(path);
    for (const method of methods.filter((each) => !allowed.includes(each))) {
      for (const headers of [{}, owner.headers]) {
        const answer = await exchange({ method, path: path.replaceAll(/[{}]/gu, ""), headers });
        // HEAD has no body to tell the code in.
        const allow = answer.headers.get("allow")?.split(", ").toSorted();
        expect([method, answer.status, allow]).toEqual([method, 405, allowed]);
        expect(lapsesOf(answer)).toEqual([]);
      }
    }
  });

  it.each(servedRoutes.filter((route) => route.startsWith("GET ")))(
    "answers HEAD like GET, without the body: %s",
    async (route) => {
      const { owners } = await given(route);
      const get = await exchange(owners);
      const head = await exchange({ ...owners, method: "HEAD" });
      expect([head.status, head.text]).toEqual([get.status, ""]);
      const names = ["content-type", "etag", "cache-control", "content-security-policy"];
      const told = ({ headers }: Answer) => names.map((name) => [name, headers.get(name)]);
      expect(told(head)).toEqual(told(get));
    },
  );
});

describe("a path that is written otherwise", () => {
  /** Spellings that some router, proxy or file system takes for the same. */
  const spellings = (path: string): readonly string[] => {
    const last = path.split("/").at(-1) ?? "";
    const encoded = `%${last.charCodeAt(0).toString(16)}${last.slice(1)}`;
    return [
      `${path}/`,
      `${path}//`,
      `/${path}`,
      path.replace("/v1/", "/v1//"),
      path.replace("/v1/", "/v1/./"),
      path.replace("/v1/", "/v1/x/../"),
      path.replace("/v1/", "/v1%2f"),
      path.replace("/v1/", "/v1/%2e/"),
      path.replace("/v1/", "/v1\\"),
      path.replace("/v1/", "/V1/"),
      path.replace("/v1/", "/v1/public/../"),
      path.replace(last, encoded),
      path.replace(last, last.toUpperCase()),
      `${path}%2f`,
      `${path}%00`,
      `${path}%20`,
      `${path};x=1`,
      `${path}.json`,
      `${path}/.`,
      `${path}/%2e`,
      `${path}?`,
      `${path}%3f`,
      `${path}%23`,
      `/.${path}`,
      `/health/..${path}`,
      `/health%2f..${path}`,
    ];
  };

  it.each(guarded)("opens nothing to strangers: %s", async (route) => {
    const { strangers, target } = await given(route);
    const before = await readState();
    const path = addressOf(route, { ...target, query: {} }).replace(/\?$/u, "");
    const search = new URLSearchParams(target.query).toString();
    const answers = await Promise.all(
      spellings(path).map(async (spelling) => {
        const asked = search === "" ? spelling : `${spelling}?${search}`;
        const { status } = await exchange({ ...strangers, path: asked });
        return [spelling, status] as const;
      }),
    );
    expect(answers.filter(([, status]) => status < 400 || status >= 500)).toEqual([]);
    // At least one of them is the route itself, which says who may.
    expect(answers.map(([, status]) => status)).toContain(401);
    expect(await readState()).toEqual(before);
  });

  it.each(guarded)("nor does anything that a proxy might obey: %s", async (route) => {
    const { strangers } = await given(route);
    const whispers = {
      "x-original-url": "/health",
      "x-rewrite-url": "/health",
      "x-http-method-override": "GET",
      "x-method-override": "GET",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "localhost",
      "x-forwarded-user": "owner",
      "x-user-id": other.id,
      "x-api-key": other.token,
      host: "localhost",
    };
    const answers = await Promise.all(
      Object.entries(whispers).map(([name, value]) =>
        exchange(withHeaders(strangers, { [name]: value })),
      ),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([40100]));
  });
});

describe("when the database", () => {
  const real = globalThis.fetch;
  const isFree = (route: string): boolean => pages.includes(route) || route === "GET /health";
  const routes = [...api.filter((route) => !isFree(route)), ...publishedPages];

  /** Asks while whatever asks the database gets this for an answer. */
  async function whileDatabase(answers: () => Promise<Response>, draft: Draft) {
    const lines = vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.stubGlobal("fetch", (...request: Parameters<typeof fetch>) => {
      const url = new URL(new Request(...request).url);
      return url.pathname === "/sql" ? answers() : real(...request);
    });
    try {
      const answer = await exchange(draft);
      return { answer, logged: JSON.stringify(lines.mock.calls) };
    } finally {
      vi.unstubAllGlobals();
      lines.mockRestore();
    }
  }

  it.each(routes)("is away, every route says 503 and when to come again: %s", async (route) => {
    const { owners } = await given(route);
    const before = await readState();
    const gone = () => Promise.reject(new TypeError("Network connection lost: secret-host"));
    const { answer, logged } = await whileDatabase(gone, owners);
    expect([answer.code, departuresOf(route, answer)]).toEqual([50300, []]);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(lapsesOf(answer)).toEqual([]);
    expect(policyOf(answer)).toMatchObject({ "cache-control": UNCACHED });
    expect(answer.text).not.toContain("secret-host");
    expect(logged).toContain(answer.headers.get("x-request-id"));
    expect(await readState()).toEqual(before);
  });

  it.each(routes)("refuses what we say, every route says 500 and no more: %s", async (route) => {
    const { owners } = await given(route);
    const refusal = { code: "42P01", severity: "ERROR", message: 'relation "a_secret" is missing' };
    const refuse = async () => Response.json(refusal, { status: 400 });
    const { answer, logged } = await whileDatabase(refuse, owners);
    expect([answer.code, departuresOf(route, answer)]).toEqual([50000, []]);
    expect(lapsesOf(answer)).toEqual([]);
    expect(policyOf(answer)).toMatchObject({ "cache-control": UNCACHED });
    expect(answer.text).not.toContain("a_secret");
    expect(logged).toContain(answer.headers.get("x-request-id"));
  });
});
