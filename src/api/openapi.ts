import { z } from "@hono/zod-openapi";

import {
  type ApiException,
  BodyTooLarge,
  CredentialsInvalid,
  CredentialsMissing,
  CrossSiteRequest,
  DatabaseUnavailable,
  IdempotencyKeyInvalid,
  IdempotencyKeyReused,
  IfMatchInvalid,
  IfMatchRequired,
  MalformedRequest,
  NotConfigured,
  OwnHop,
  PermissionDenied,
  PublishableKeyRefused,
  ScopeMissing,
  SessionRequired,
  StaleVersion,
  Unexpected,
  UnsupportedMediaType,
  ValidationFailed,
} from "./exceptions";

/** RFC 9457, with the members that every error of this API has. */
export const Problem = z
  .object({
    type: z.url().openapi({ description: "Opens the description of this error." }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ description: "The path that was asked for." }),
    internal_code: z
      .int()
      .openapi({ description: "Tells errors apart; the first three digits are the status." }),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({
            description:
              "A part of the body as a JSON Pointer (RFC 6901), such as `/title`, empty for all of it; or a parameter or header by its name, such as `limit`.",
          }),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional()
      .openapi({ description: "What is wrong with the request, one entry each." }),
    current_version: z.int().optional().openapi({ description: "With 412: the version there is." }),
    used_by: z
      .array(
        z.object({
          type: z.enum(["post", "user"]),
          id: z.uuid(),
          title: z.string(),
          slug: z.string(),
        }),
      )
      .optional()
      .openapi({ description: "With 40913: who shows the file, as far as you may know of them." }),
    send_id: z
      .uuid()
      .optional()
      .openapi({ description: "With 40932: the send that is under way." }),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof Problem>;

type Headers = Record<string, { description: string; schema: { type: "string" } }>;

const header = (description: string) => ({ description, schema: { type: "string" as const } });

/** Headers that an answer can carry, by what the route does. */
export const answerHeaders = {
  etag: { ETag: header("The version of this resource, for If-Match and If-None-Match.") },
  location: { Location: header("Where the resource is.") },
  replayed: {
    "Idempotency-Replayed": header("`true` when this is the answer that was given before."),
  },
  elsewhere: {
    Link: header("Of what is published: its page on the site, and where to ask how to embed it."),
  },
  feeds: { Link: header('`rel="alternate"`: the feeds, as RSS, Atom and JSON.') },
  next: { Link: header('`rel="next"`: the next page, when there is one.') },
} satisfies Record<string, Headers>;

export const json = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  ...headers: readonly Headers[]
) => ({
  description,
  headers: Object.assign({}, ...headers) as Headers,
  content: { "application/json": { schema } },
});

export const noContent = (description: string) => ({ description });

export const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true as const,
  content: { "application/json": { schema } },
});

/** A list as every list is sent. */
export const page = <Schema extends z.ZodType>(item: Schema, name: string) =>
  z
    .object({
      data: z.array(item),
      next_cursor: z
        .string()
        .nullable()
        .openapi({ description: "Give it as `cursor` to have the next page; null on the last." }),
    })
    .openapi(name);

/** A concrete exception class: its static side is all the documentation needs. */
export type ExceptionClass = Pick<
  typeof ApiException,
  "status" | "internalCode" | "title" | "meaning" | "remedy"
> & { readonly name: string };

/** OpenAPI responses for the exceptions a route can raise, one entry per status. */
export function raises(...exceptions: readonly ExceptionClass[]) {
  const byStatus = Map.groupBy(new Set(exceptions), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, classes]) => [
      status,
      {
        description: classes
          .map(({ internalCode, title }) => `${internalCode} ${title}`)
          .join(", "),
        content: {
          "application/problem+json": {
            schema: Problem,
            examples: Object.fromEntries(classes.map((each) => [each.name, exampleOf(each)])),
          },
        },
      },
    ]),
  );
}

const exampleOf = ({ status, internalCode, title, meaning }: ExceptionClass) => ({
  summary: meaning,
  value: {
    type: `https://cms.example.com/errors#${internalCode}`,
    title,
    status,
    detail: meaning,
    instance: "/v1/…",
    internal_code: internalCode,
    request_id: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
  },
});

// What a route can always answer, by what it does. Spread into `raises`.

export const anything = [Unexpected, DatabaseUnavailable, NotConfigured] as const;
/** Looks at credentials, though it may not need any. */
export const knowsCallers = [...anything, CredentialsInvalid] as const;
/** Needs to know who is asking. */
export const needsActor = [
  ...knowsCallers,
  CredentialsMissing,
  PublishableKeyRefused,
  PermissionDenied,
  ScopeMissing,
] as const;
/** Needs a person: no key will do. */
export const needsPerson = [...needsActor, SessionRequired] as const;
/** Changes something, so a page of another site must not be able to ask for it. */
export const changes = [CrossSiteRequest, OwnHop] as const;
/** Reads a path, a query or headers that can be wrong. */
export const validates = [ValidationFailed, MalformedRequest] as const;
export const readsBody = [...validates, BodyTooLarge, UnsupportedMediaType] as const;
export const idempotent = [IdempotencyKeyInvalid, IdempotencyKeyReused] as const;
export const versioned = [IfMatchRequired, IfMatchInvalid, StaleVersion] as const;

/** Documents the header; `withCaller` reads it. */
export const IdempotencyHeaders = z.object({
  "idempotency-key": z.string().optional().openapi({
    description:
      "Makes the request safe to repeat: the same key and body answer as they did the first time. Kept for 24 hours.",
    example: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
  }),
});

/** Documents the header; `requireVersion` reads it. */
export const VersionHeaders = z.object({
  "if-match": z.string().optional().openapi({
    description: "Required. The ETag of the version that the change is based on.",
    example: '"v3-5d41402abc4b2a76"',
  }),
});

/** Both: a POST that changes a version. */
export const GuardHeaders = IdempotencyHeaders.extend(VersionHeaders.shape);
