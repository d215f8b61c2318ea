import type { OpenAPIHono } from "@hono/zod-openapi";

import type { AppEnv } from "#api/dependencies";
import { SendUnderWay, StaleVersion, ValidationFailed, MediaInUse } from "#api/exceptions";

import { catalogue } from "./catalogue";
import { API_VERSION, conventions, securitySchemes, tags } from "./conventions";
import { complete } from "./operations";
import { type ApiDocument, type Example, nameOf, type Operation } from "./shape";

/** Members that an error has beyond those all have. */
const extensions: Readonly<Record<number, object>> = {
  [StaleVersion.internalCode]: { current_version: 4 },
  [MediaInUse.internalCode]: {
    used_by: [
      {
        type: "post",
        id: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
        title: "Hello, world",
        slug: "hello-world",
      },
    ],
  },
  [SendUnderWay.internalCode]: { send_id: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11" },
  [ValidationFailed.internalCode]: {
    errors: [{ pointer: "/titel", code: "unrecognized_keys", message: "Not known here." }],
  },
};

const problems = (): ApiDocument["components"]["examples"] =>
  Object.fromEntries(
    catalogue.map(({ name, internalCode, status, title, meaning }): [string, Example] => [
      name,
      {
        summary: title,
        value: {
          type: `https://cms.example.com/errors#${internalCode}`,
          title,
          status,
          detail: meaning,
          instance: "/v1/…",
          internal_code: internalCode,
          request_id: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
          ...extensions[internalCode],
        },
      },
    ]),
  );

/** The generator leaves the flags of a regular expression behind its last slash. */
const repair = (key: string, value: unknown): unknown =>
  key === "pattern" && typeof value === "string" ? value.replace(/\/[a-z]+$/u, "") : value;

/**
 * The OpenAPI 3.1 document of everything that is mounted on the app: what the routes say about
 * themselves, with all that follows from it. The same app always gives the same document.
 */
export function describe(app: OpenAPIHono<AppEnv>): ApiDocument {
  const generated = app.getOpenAPI31Document({
    openapi: "3.1.1",
    info: {
      title: "Imprint",
      version: API_VERSION,
      description: conventions,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    servers: [{ url: "/", description: "The server that this document came from." }],
    tags,
  });
  // A copy: routes share parts of what they say.
  const { webhooks: _, ...bare } = JSON.parse(JSON.stringify(generated), repair) as ApiDocument & {
    webhooks: unknown;
  };
  const schemas = withoutDuties(bare);
  const components = { securitySchemes, schemas, examples: problems() };
  return {
    ...bare,
    paths: eachOperation(bare.paths, (method, operation) => complete(method, operation, schemas)),
    components,
  };
}

/**
 * The schemas, where nothing is required of what a PATCH sends. The generator calls a field required that
 * may be left out but not be undefined.
 */
function withoutDuties({ paths, components }: ApiDocument): ApiDocument["components"]["schemas"] {
  const bodies = new Set(
    Object.values(paths).flatMap(({ patch }) =>
      Object.values(patch?.requestBody?.content ?? {}).map(({ schema }) => nameOf(schema)),
    ),
  );
  return Object.fromEntries(
    Object.entries(components.schemas).map(([name, schema]) => {
      const { required: _, ...free } = schema;
      return [name, bodies.has(name) ? free : schema];
    }),
  );
}

const eachOperation = (
  paths: ApiDocument["paths"],
  change: (method: string, operation: Operation) => Operation,
): ApiDocument["paths"] =>
  Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, change(method, operation)]),
      ),
    ]),
  );

/** One route as the reference shows it. */
export interface Entry extends Operation {
  readonly method: string;
  readonly path: string;
}

/** All operations of a document, in its order. */
export const entriesOf = ({ paths }: ApiDocument): readonly Entry[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      ...operation,
    })),
  );
