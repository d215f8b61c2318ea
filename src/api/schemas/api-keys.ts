import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { ApiKey } from "#domain/api-keys";
import { type ApiKeyWish, grantableScopes, type NewApiKey } from "#service/api-keys";

import { Id, Moment, MomentInput } from "./fields";
import { Name } from "./users";

const Scope = z.enum(grantableScopes).openapi("Scope", { example: "posts:read" });

export const ApiKeyBody = z
  .object({
    id: Id,
    name: z.string().openapi({ example: "Build server" }),
    kind: z.enum(["publishable", "secret"]),
    scopes: z.array(z.string()).openapi({ example: ["posts:read"] }),
    hint: z.string().openapi({ description: "The key's last four characters." }),
    expires_at: Moment.nullable(),
    created_by: Id,
    created_at: Moment,
  })
  .openapi("ApiKey");

export const NewApiKeyBody = ApiKeyBody.extend({
  key: z.string().nullable().openapi({
    description: "Shown here and never again; null in the answer to a repeated request.",
    example: "sk_…",
  }),
}).openapi("NewApiKey");

export const ApiKeyPage = page(ApiKeyBody, "ApiKeyPage");

export const toApiKeyBody = (key: ApiKey): z.infer<typeof ApiKeyBody> => ({
  id: key.id,
  name: key.name,
  kind: key.kind,
  scopes: [...key.scopes],
  hint: key.hint,
  expires_at: key.expiresAt,
  created_by: key.createdBy,
  created_at: key.createdAt,
});

export const toNewApiKeyBody = (key: NewApiKey): z.infer<typeof NewApiKeyBody> => ({
  ...toApiKeyBody(key),
  key: key.key,
});

const TWO_YEARS = 2 * 366 * 24 * 60 * 60 * 1000;

const isAhead = (moment: string): boolean => Date.parse(moment) > Date.now();
const isSoon = (moment: string): boolean => Date.parse(moment) < Date.now() + TWO_YEARS;
const Future = MomentInput.refine(isAhead, "Must be in the future.");

/** Two kinds that differ in what they may be given; a publishable key reads what is published and has no scopes. */
export const ApiKeyWishBody = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("publishable"),
      name: Name,
      scopes: z.array(Scope).max(0).optional(),
      expires_at: z
        .union([Future, z.null()])
        .optional()
        .openapi({ description: "Left out: never." }),
    }),
    z.strictObject({
      kind: z.literal("secret"),
      name: Name,
      scopes: z.array(Scope).min(1).max(grantableScopes.length),
      expires_at: z
        .union([Future.refine(isSoon, "Within two years."), z.null()])
        .optional()
        .openapi({ description: "Left out or null: in a year." }),
    }),
  ])
  .openapi("ApiKeyWish");

export const toApiKeyWish = (body: z.infer<typeof ApiKeyWishBody>): ApiKeyWish => ({
  name: body.name,
  kind: body.kind,
  scopes: body.scopes ?? [],
  expiresAt: body.expires_at ?? null,
});
