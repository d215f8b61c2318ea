/** The part of `@tryghost/nql-lang` that is used; the package has no types of its own. */
declare module "@tryghost/nql-lang" {
  /**
   * The tree of a filter in NQL, in the manner of MongoDB: `{ slug: "a" }`, `{ slug: { $ne: "a" } }`,
   * `{ $and: [...] }`. Moments relative to now come as `2026-11-23 02:22:00`, in UTC.
   *
   * @throws Error for whatever is not NQL.
   */
  export function parse(filter: string): unknown;
}
