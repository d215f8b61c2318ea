import { OpenAPIHono } from "@hono/zod-openapi";
import type { ZodError } from "zod";

import type { AppEnv } from "./dependencies";
import { type Detail, ValidationFailed } from "./exceptions";

/** A router whose validation failures are exceptions like all others. */
export const createRouter = () =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new ValidationFailed(detailsOf(result.error));
    },
  });

/** One entry for each thing that is wrong; an unknown field is pointed at by its own name. */
function detailsOf({ issues }: Pick<ZodError, "issues">): Detail[] {
  return issues.flatMap((issue): Detail[] => {
    const at = issue.path.map((part) => `/${String(part)}`).join("");
    const { code, message } = issue;
    if (issue.code !== "unrecognized_keys") return [{ pointer: at, code, message }];
    return issue.keys.map((key) => ({ pointer: `${at}/${key}`, code, message: "Not known here." }));
  });
}
