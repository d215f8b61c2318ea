import { readFile } from "node:fs/promises";

import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";

it("has an OpenAPI document that OpenAPI 3.1 allows", async () => {
  const validator = new Validator();
  const text = await readFile("docs/openapi.json", "utf8");
  const { valid, errors } = await validator.validate(JSON.parse(text));
  expect(errors ?? []).toEqual([]);
  expect([valid, validator.version]).toEqual([true, "3.1"]);
});
