import { z } from "@hono/zod-openapi";

import { isBlank, isReservedSlug, SLUG_LIMIT } from "#core/texts";

/** An id in a path. */
export const Id = z.uuid().openapi({ example: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11" });

export const IdPath = z.object({ id: Id });

/** A moment in an answer: RFC 3339, UTC, milliseconds. */
export const Moment = z.iso.datetime().openapi({ example: "2026-11-23T09:30:00.000Z" });

/** PostgreSQL knows no year 0, and RFC 3339 none beyond 9999. */
const inKnownYears = (text: string): boolean => /^(?!0000)\d{4}-/u.test(text);

/** A moment in a request: RFC 3339 with any offset, or a date, which begins at midnight UTC. */
export const MomentInput = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "A date, or a moment with its offset as RFC 3339 has it.",
  })
  .transform((text) => new Date(text).toISOString())
  .refine(inKnownYears, "Years go from 0001 to 9999.")
  .openapi({ type: "string", example: "2026-11-23" });

/** A day in a request: a date, or the day in UTC of a moment. */
export const DayInput = MomentInput.transform((moment) => moment.slice(0, 10)).openapi({
  type: "string",
  example: "2026-01-01",
});

/** A slug as clients may choose it. */
export const SlugInput = z
  .string()
  .max(SLUG_LIMIT)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, "Lower-case letters, digits and single hyphens.")
  .refine(
    (slug) => !isReservedSlug(slug),
    "A site needs this one for itself, or it could be an id.",
  )
  .openapi({ example: "hello-world" });

/** An address on the web. Nothing else may become a link or a picture. */
export const WebAddress = z
  .url({ protocol: /^https?$/u })
  .max(2000)
  .openapi({ example: "https://example.com/picture.jpg" });

/** Text that says something: not only white space, nor only what cannot be seen. */
export const Text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text === "" || !isBlank(text), "Nothing of this can be seen.");

/** `true` or `false` in a query. */
export const Flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .openapi({ type: "boolean" });

/** Some of these names, with commas between; none where it is empty. */
export const NameList = <const Name extends string>(names: readonly Name[]) =>
  z
    .string()
    .max(1000)
    .transform((text, ctx): Name[] => {
      const given = text === "" ? [] : text.split(",");
      const known = names.filter((name) => given.includes(name));
      if (!given.every((name) => (names as readonly string[]).includes(name))) {
        ctx.addIssue({
          code: "custom",
          message: `Any of ${names.join(", ")}, with commas between.`,
        });
      }
      return known;
    })
    .optional()
    .openapi({ type: "string" });

/** The same, with what may be undefined as what may be absent. */
type Given<Body> = {
  [Key in keyof Body as undefined extends Body[Key] ? never : Key]: Body[Key];
} & {
  [Key in keyof Body as undefined extends Body[Key] ? Key : never]?: Exclude<Body[Key], undefined>;
};

/** JSON has no undefined: a field that was left out is not there, and leaves alone what it would change. */
export const given = <Body extends object>(body: Body): Given<Body> =>
  Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined),
  ) as Given<Body>;
