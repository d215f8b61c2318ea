import { describe, expect, it } from "vitest";

import { app } from "#api/app";
import { readAddress } from "#api/edge/addresses";
import { publicRoutes } from "#api/edge/routes";

import { ghostRoutes, operations, parametersOf, pathOf, servedRoutes } from "./document";
import { publicReads } from "./edge";

const ORIGIN = "https://imprint.test";

/** As the document writes it. */
const documented = (path: string): string => `GET ${path.replaceAll(/:(\w+)/gu, "{$1}")}`;

const rows = new Map(publicRoutes.map((route) => [documented(route.path), route]));

describe("the table of what the edge may keep", () => {
  it("has every public route once, and nothing else", () => {
    const kept = [...rows.keys()];
    expect(kept).toHaveLength(publicRoutes.length);
    const unsold = "GET /ghost/api/content/offers/{id}/";
    const expected = [...publicReads, ...ghostRoutes].filter((route) => route !== unsold);
    expect(kept.toSorted()).toEqual([...new Set(expected)].toSorted());
  });

  it("has no route that the app does not have", () => {
    expect([...rows.keys()].filter((route) => !servedRoutes.includes(route))).toEqual([]);
  });

  it.each([...rows.keys()].filter((route) => operations.has(route)))(
    "knows exactly the parameters of %s",
    (route) => {
      const named = parametersOf(route, "query").map(({ name }) => name);
      expect(rows.get(route)?.parameters.toSorted()).toEqual(named.toSorted());
      expect(rows.get(route)?.ignoresOthers).toBeUndefined();
    },
  );

  it("takes no other route for one of these", () => {
    const others = servedRoutes.filter((route) => route.startsWith("GET ") && !rows.has(route));
    const mistaken = others.filter((route) => {
      const path = pathOf(route).replaceAll(/\{\w+\}/gu, "01a207ac-a230-7021-a10f-fe33770d3739");
      return readAddress(`${ORIGIN}${path}`) !== null;
    });
    expect(mistaken).toEqual([]);
  });

  it("leads to the route that the router leads to", () => {
    for (const route of publicRoutes) {
      const path = route.path.replaceAll(/:\w+/gu, "some-name");
      expect(readAddress(`${ORIGIN}${path}`)?.route).toBe(route);
      const [matched] = app.router.match("GET", path);
      expect(matched.some(([[, { path: found }]]) => found === route.path)).toBe(true);
    }
  });
});
