import { describe, expect, it } from "vitest";

import * as module from "#api/exceptions";

import { codesOf, operations } from "./document";

const concrete = Object.values(module).filter(({ internalCode }) => internalCode !== undefined);

/** The codes that some route says it can answer. */
const documented = new Set([...operations.keys()].flatMap(codesOf));

/** What no route of the document answers: because there is no route, or because it is said in Ghost's words. */
const outside: ReadonlySet<number> = new Set([
  module.RouteNotFound.internalCode,
  module.MethodNotAllowed.internalCode,
  module.ContentKeyMissing.internalCode,
  module.ContentKeyOfOtherKind.internalCode,
  module.ContentKeyRepeated.internalCode,
  module.ContentKeyUnknown.internalCode,
  module.FilterInvalid.internalCode,
  module.PageTooLong.internalCode,
  module.OfferNotFound.internalCode,
  module.FilterValueInvalid.internalCode,
  module.ParameterInvalid.internalCode,
]);

describe("the exceptions", () => {
  it("have a code each, and the code tells the status", () => {
    expect(concrete.length).toBeGreaterThan(50);
    const codes = concrete.map(({ internalCode }) => internalCode);
    expect(new Set(codes).size).toBe(codes.length);
    const astray = concrete.filter(
      ({ internalCode, status }) => Math.floor(internalCode / 100) !== status,
    );
    expect(astray.map(({ name }) => name)).toEqual([]);
  });

  it("have a title of their own, and say what they mean and what to do", () => {
    expect(new Set(concrete.map(({ title }) => title)).size).toBe(concrete.length);
    const silent = concrete.filter(({ meaning, remedy }) => !meaning.trim() || !remedy.trim());
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it.each(concrete.map((each) => [each.internalCode, each.name] as const))(
    "are each raised by a route that says so: %i %s",
    (code) => {
      expect(documented.has(code)).toBe(!outside.has(code));
    },
  );

  it("are all that routes say they raise", () => {
    const known = new Set(concrete.map(({ internalCode }) => internalCode));
    expect([...documented].filter((code) => !known.has(code))).toEqual([]);
  });
});
