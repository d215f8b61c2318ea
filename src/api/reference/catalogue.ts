import * as exceptions from "#api/exceptions";
import type { ExceptionClass } from "#api/openapi";

/** Every exception that this API can raise, by internal code. */
export const catalogue: readonly ExceptionClass[] = Object.values(exceptions)
  .filter(({ internalCode }) => internalCode !== undefined)
  .toSorted((one, other) => one.internalCode - other.internalCode);
