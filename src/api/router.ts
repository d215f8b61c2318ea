import { OpenAPIHono } from "@hono/zod-openapi";
import { getPath } from "hono/utils/url";
import type { ZodError } from "zod";

import { BranchRouter } from "./branches";
import type { AppEnv } from "./dependencies";
import { type Detail, ValidationFailed } from "./exceptions";
import { pointerTo } from "./pointers";

/**
 * A router whose validation failures are exceptions like all others.
 *
 * @param meaning what a path of a request is taken for.
 */
export const createRouter = (meaning?: (path: string) => string) =>
  new OpenAPIHono<AppEnv>({
    router: new BranchRouter(),
    ...(meaning && { getPath: (request) => meaning(getPath(request)) }),
    defaultHook: (result) => {
      if (!result.success) throw new ValidationFailed(detailsOf(result.error, result.target));
    },
  });

/**
 * One entry for each thing that is wrong; an unknown field is pointed at by its own name.
 *
 * @param target where it was said: `json` is pointed into (RFC 6901), the others have names.
 */
export function detailsOf({ issues }: Pick<ZodError, "issues">, target: string): Detail[] {
  const at = (path: readonly PropertyKey[]): string =>
    target === "json" ? pointerTo(path) : path.map(String).join(".");
  return issues.flatMap((issue): Detail[] => {
    const { code, message, path } = issue;
    const inner = insideOf(issue)?.map((each) => ({ ...each, path: [...path, ...each.path] }));
    if (inner) return detailsOf({ issues: inner }, target);
    if (issue.code !== "unrecognized_keys") return [{ pointer: at(path), code, message }];
    return issue.keys.map((key) => ({ pointer: at([...path, key]), code, message: UNKNOWN }));
  });
}

type Issue = ZodError["issues"][number];

/** Of something or null: what is wrong with the something, which says more than that neither fits. */
function insideOf(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== "invalid_union") return undefined;
  const [something, [none] = []] = issue.errors;
  return none?.code === "invalid_type" && none.expected === "null" ? something : undefined;
}

const UNKNOWN = "Not known here.";
