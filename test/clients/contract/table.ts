import { addresses, keys } from "./addresses.ts";
import { answers, errors, headers } from "./answers.ts";
import { fields } from "./fields.ts";
import { filters } from "./filters.ts";
import { parameters } from "./parameters.ts";
import type { Part } from "./row.ts";

/** All that Ghost's content API promises its clients, with where we stand to it. */
export const contract: readonly Part[] = [
  addresses,
  keys,
  parameters,
  filters,
  answers,
  ...fields,
  headers,
  errors,
];
