import { OpenAPIHono } from "@hono/zod-openapi";
import type { ZodError } from "zod";

import type { AppEnv } from "./dependencies";
import { type Detail, ValidationFailed } from "./exceptions";
import { pointerTo } from "./pointers";

/** A router whose validation failures are exceptions like all others. */
export const createRouter = () =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new ValidationFailed(detailsOf(result.error, result.target));
    },
  });

/** One entry for each thing that is wrong; an unknown field is pointed at by its own name. */
function detailsOf({ issues }: Pick<ZodError, "issues">, target: string): Detail[] {
  const at = (path: readonly PropertyKey[]): string =>
    target === "json" ? pointerTo(path) : path.map(String).join(".");
  return issues.flatMap((issue): Detail[] => {
    const { code, message, path } = issue;
    if (issue.code !== "unrecognized_keys") return [{ pointer: at(path), code, message }];
    return issue.keys.map((key) => ({ pointer: at([...path, key]), code, message: UNKNOWN }));
  });
}

const UNKNOWN = "Not known here.";
