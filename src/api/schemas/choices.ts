import { z } from "@hono/zod-openapi";

import { NameList } from "./fields";

/** What can be chosen of tags and authors: members by name, and whether the count of posts is one of them. */
export const choiceOf = <Name extends string>(names: readonly Name[], example: string) => ({
  fields: NameList(names).openapi({
    description:
      "The members that come, with commas between; `id` always does. `include` adds to these.",
    example,
  }),
  include: NameList(["count.posts"]).openapi({
    description: "`count.posts`: the number of published posts. It comes if this is left out.",
    example: "count.posts",
  }),
});

interface Choice {
  readonly fields?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
}

/** Whether the count of posts is part of what was chosen. */
export const hasCount = ({ fields, include }: Choice): boolean =>
  fields?.includes("count") === true || (include ? include.length > 0 : fields === undefined);

/** What was chosen of a body, in the order of the wire. */
export function chosenOf<Body extends object>(body: Body, choice: Choice): Partial<Body> {
  const { fields } = choice;
  if (fields === undefined && hasCount(choice)) return body;
  const isChosen = (name: string): boolean => {
    if (name === "count") return hasCount(choice);
    return name === "id" || fields === undefined || fields.includes(name);
  };
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => isChosen(name)),
  ) as Partial<Body>;
}

/** An order of a list: a minus sign in front means descending. */
export const Order = (names: readonly [string, ...string[]]) =>
  z
    .enum(names.flatMap((name) => [name, `-${name}`]))
    .default(names[0])
    .openapi({ description: "A minus sign in front means descending." });

/** @param order one that {@link Order} of these names let through. */
export const toOrder = <Name extends string>(
  names: readonly [Name, ...Name[]],
  order: string,
): { by: Name; descending: boolean } => ({
  by: names.find((name) => order.replace(/^-/u, "") === name) ?? names[0],
  descending: order.startsWith("-"),
});
