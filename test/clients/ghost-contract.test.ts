import { afterAll, describe, expect, inject, it } from "vitest";

import { contract } from "./contract/table.ts";
import { serveSite } from "./site";

const site = await serveSite(inject("neonEndpoint"));
afterAll(() => site.stop());

describe.each(contract)("the contract of Ghost's content API: $title", ({ rows }) => {
  it.each(rows)("$standing: $what", async ({ check }) => {
    await expect(check(site)).resolves.toBeUndefined();
  });
});
