import { z } from "@hono/zod-openapi";
import { exports } from "cloudflare:workers";
import { Parser } from "htmlparser2";
import { describe, expect, it } from "vitest";

import { app } from "#api/app";
import { catalogue } from "#api/reference/catalogue";
import { API_VERSION } from "#api/reference/conventions";
import { describe as describeApi, type Entry, entriesOf } from "#api/reference/document";
import { codesOf } from "#api/reference/operations";
import { type Example, isNullable, type Schema } from "#api/reference/shape";
import { codeOf, ORIGIN, send } from "#test/support/requests";
import { pages } from "#test/tables/document";

import manifest from "../../package.json";

const document = describeApi(app);
const entries = entriesOf(document);
const { schemas } = document.components;

const fetchPage = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}${path}`, { redirect: "manual", headers });

/** Everything in a tree, whatever its depth. */
function* walk(value: unknown): Generator<object> {
  if (typeof value !== "object" || value === null) return;
  yield value;
  for (const each of Object.values(value)) yield* walk(each);
}

const at = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key],
      document,
    );

/** What is wrong with each operation; nothing, if all is well. */
const complaints = (check: (entry: Entry) => readonly string[]): string[] =>
  entries.flatMap((entry) => check(entry).map((what) => `${entry.operationId}: ${what}`));

/** Reads regular expressions without the Unicode flag, so what only that flag knows is left out. */
const parserOf = (schema: Schema) => {
  const text = JSON.stringify({ ...schema, $defs: schemas }, (key, value: unknown) =>
    key === "pattern" && String(value).includes("\\p{") ? undefined : value,
  );
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
};

/** Every schema of the document with its example, and where it stands. */
const examples = entries.flatMap(({ operationId, parameters = [], requestBody, responses }) => {
  const media = (place: string, content: NonNullable<Entry["requestBody"]>["content"] = {}) =>
    Object.entries(content)
      .filter(([type]) => type !== "application/pdf")
      .flatMap(([type, { schema, example, examples: named = {} }]) =>
        type === "application/problem+json"
          ? Object.values(named).map((each) => {
              const target = "$ref" in each ? (at(each.$ref) as Example | undefined) : each;
              return { where: `${operationId} ${place}`, schema, value: target?.value };
            })
          : [{ where: `${operationId} ${place}`, schema, value: example }],
      );
  return [
    ...parameters.map(({ name, schema, example }) => ({
      where: `${operationId} ${name}`,
      schema,
      value: example,
    })),
    ...media("request", requestBody?.content),
    ...Object.entries(responses).flatMap(([status, { content }]) => media(status, content)),
  ];
});

describe("the OpenAPI document", () => {
  it("is served to every origin, may be cached for an hour, and is what the routes say", async () => {
    const response = await fetchPage("/openapi.json");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(await response.json()).toEqual(document);
  });

  it("has every route of the app, and nothing that is not a route", () => {
    const routes = app.routes
      .filter(({ method }) => method !== "ALL" && method !== "OPTIONS")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, "{$1}")}`);
    const described = entries.map(({ method, path }) => `${method} ${path}`);
    expect([...described, ...pages].toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  it("has the version of the package", () => {
    expect(API_VERSION).toBe(manifest.version);
    expect(document.info.version).toBe(manifest.version);
  });

  it("refers to nothing that is not there", () => {
    const dangling = [...walk(document)].flatMap((value) =>
      "$ref" in value && at(String(value.$ref)) === undefined ? [value.$ref] : [],
    );
    expect(dangling).toEqual([]);
  });

  it("names operations uniquely, with a verb and a noun", () => {
    const names = entries.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(?:[A-Z][a-z]*)+$/u.test(name))).toEqual([]);
  });

  it("puts every operation into a chapter that is described, and describes no empty chapter", () => {
    const used = new Set(entries.flatMap(({ tags }) => tags));
    expect([...used].toSorted()).toEqual(document.tags.map(({ name }) => name).toSorted());
    expect(document.tags.filter(({ description }) => description === "")).toEqual([]);
    expect(complaints(({ summary }) => (summary ? [] : ["no summary"]))).toEqual([]);
  });

  it("declares every parameter of a path once, and requires it", () => {
    const wrong = complaints(({ path, parameters = [] }) => {
      const inPath = parameters.filter((each) => each.in === "path");
      const names = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name);
      const isRight =
        inPath.every(({ required }) => required) &&
        inPath.map(({ name }) => name).join() === names.join();
      return isRight ? [] : [`${path} has ${inPath.map(({ name }) => name).join()}`];
    });
    expect(wrong).toEqual([]);
  });

  it("describes every error as a problem whose codes are of its status", () => {
    const wrong = complaints(({ responses }) =>
      Object.entries(responses)
        .filter(([status]) => status >= "400")
        .filter(([status, { content }]) => {
          const codes = content?.["application/problem+json"]?.schema.allOf?.[1]?.properties;
          const all = (codes?.["internal_code"]?.enum ?? []) as number[];
          return all.length === 0 || all.some((code) => !String(code).startsWith(status));
        })
        .map(([status]) => status),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps all the codes that a route raises with one status", () => {
    const create = entries.find(({ operationId }) => operationId === "createPost");
    expect(create && codesOf(create)).toEqual(
      expect.arrayContaining([
        40000, 40002, 40100, 40101, 40300, 40301, 40303, 40304, 40904, 42204,
      ]),
    );
  });

  it("says who may call: those routes need a caller that refuse requests without one", () => {
    const wrong = complaints((entry) => {
      const { security = [] } = entry;
      const isOpen = security.length === 0 || security.some((each) => !Object.keys(each).length);
      return codesOf(entry).includes(40100) === isOpen ? [`security ${security.length}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  it("requires If-Match where a change without it is refused", () => {
    const wrong = complaints((entry) => {
      const isRequired = (entry.parameters ?? []).some(
        ({ name, required }) => name === "If-Match" && required,
      );
      return isRequired === codesOf(entry).includes(42800) ? [] : ["If-Match"];
    });
    expect(wrong).toEqual([]);
  });

  it("never calls a named object nullable: then it would be so wherever it is used", () => {
    const nullable = Object.entries(schemas).filter(([, schema]) => isNullable(schema));
    expect(nullable.map(([name]) => name)).toEqual([]);
  });

  it("has regular expressions that work as they are", () => {
    const patterns = [...walk(document)].flatMap((each) =>
      "pattern" in each && typeof each.pattern === "string" ? [each.pattern] : [],
    );
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(pattern).toMatch(/^\^.*\$$/u);
    for (const pattern of patterns) expect(() => new RegExp(pattern, "u")).not.toThrow();
  });

  it("has an example for everything that is sent, and each is as its schema says", () => {
    const wrong = examples.flatMap(({ where, schema, value }) => {
      if (value === undefined) return [`${where}: none`];
      const { success, error } = parserOf(schema).safeParse(value);
      return success ? [] : [`${where}: ${error.message} in ${JSON.stringify(value)}`];
    });
    expect(wrong).toEqual([]);
  });

  it("has examples that say something", () => {
    const empty = examples.flatMap(({ where, value }) =>
      [{ value }, ...walk(value)].flatMap((each) =>
        Object.entries(each).flatMap(([name, text]) =>
          text === "text" ? [`${where} ${name}`] : [],
        ),
      ),
    );
    expect([...new Set(empty)]).toEqual([]);
  });
});

describe.each(["/docs", "/errors"])("the page %s", (path) => {
  it("needs nothing from anywhere: no script, no other origin, no style but its own", async () => {
    const response = await fetchPage(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+='; img-src data:;/u);
    const elements: string[] = [];
    const addresses: string[] = [];
    let style = "";
    const parser = new Parser({
      onopentag(name, { href, src, style: inlined, ...others }) {
        elements.push(name);
        for (const address of [href, src]) if (address !== undefined) addresses.push(address);
        const handlers = Object.keys(others).filter((each) => each.startsWith("on"));
        expect([inlined, ...handlers]).toEqual([undefined]);
      },
      ontext: (text) => {
        if (elements.at(-1) === "style") style += text;
      },
    });
    parser.end(await response.text());
    expect(addresses.length).toBeGreaterThan(100);
    expect(addresses.filter((each) => !/^(?:\/(?!\/)|#|data:,$)/u.test(each))).toEqual([]);
    expect(elements.filter((name) => ["script", "iframe", "img", "object"].includes(name))).toEqual(
      [],
    );
    expect(style).not.toMatch(/url\(|@import/u);
  });

  it("has every place that its links and those of the other page lead to", async () => {
    const served = { "/docs": await fetchPage("/docs"), "/errors": await fetchPage("/errors") };
    const texts = new Map<string, string>();
    for (const [name, page] of Object.entries(served)) texts.set(name, await page.text());
    const broken = [...(texts.get(path) ?? "").matchAll(/href="([^"]*)#([^"]+)"/gu)]
      .filter(
        ([, page, id]) => !texts.get(page === "" ? path : (page ?? ""))?.includes(`id="${id}"`),
      )
      .map(([, page, id]) => `${page}#${id}`);
    expect(broken).toEqual([]);
  });

  it("is not sent again to those who have it", async () => {
    const etag = (await fetchPage(path)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/u);
    const again = await fetchPage(path, { "if-none-match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    expect((await fetchPage(path, { "if-none-match": '"other"' })).status).toBe(200);
  });
});

describe("the reference", () => {
  it("shows every operation, with every code it can answer", async () => {
    const text = await (await fetchPage("/docs")).text();
    const sections = text.split('<section class="operation"');
    const missing = complaints((entry) => {
      const section = sections.find((each) => each.startsWith(` id="${entry.operationId}"`)) ?? "";
      return codesOf(entry)
        .filter((code) => !section.includes(`/errors#${code}"`))
        .map(String);
    });
    expect(missing).toEqual([]);
  });

  it("explains every exception in a section that is its code", async () => {
    const text = await (await fetchPage("/errors")).text();
    const missing = catalogue.filter(
      ({ internalCode }) => !text.includes(`<section class="error" id="${internalCode}">`),
    );
    expect(missing).toEqual([]);
  });

  it("is where the type of a problem leads", async () => {
    const { body } = await send("GET", "/v1/nothing");
    const { pathname, hash, origin } = new URL(body.type);
    expect([origin, pathname, hash]).toEqual([ORIGIN, "/errors", "#40400"]);
    expect(await (await fetchPage(pathname)).text()).toContain('id="40400"');
  });

  it("asks the database nothing", async () => {
    for (const path of ["/", "/docs", "/errors", "/openapi.json"]) {
      const { headers } = await fetchPage(path);
      expect(headers.get("server-timing")).toContain('desc="0"');
    }
  });
});

describe("the root", () => {
  it("tells programs where everything is", async () => {
    const { status, body, headers } = await send("GET", "/");
    expect(status).toBe(200);
    expect(headers.get("vary")).toBe("Accept");
    for (const path of [body.docs, body.openapi, body.errors, body.health]) {
      expect((await fetchPage(path)).status).toBe(200);
    }
  });

  it("leads people to the reference", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const response = await fetchPage("/", { accept });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/docs"]);
  });

  it("answers other methods with those it has", async () => {
    const sent = await send("POST", "/docs");
    expect([codeOf(sent), sent.headers.get("allow")]).toEqual([40500, "GET, HEAD"]);
  });
});
