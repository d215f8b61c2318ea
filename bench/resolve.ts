import { registerHooks } from "node:module";

const source = new URL("../src/", import.meta.url).href;

/**
 * Lets Node load the worker's own files as they are from now on: a bundler finds `./book` in `./book.ts`, and
 * Node by itself does not.
 */
export function resolveSources(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = context.parentURL?.startsWith(source) === true;
      const isBare = isOurs && specifier.startsWith("./") && !specifier.endsWith(".ts");
      return next(isBare ? `${specifier}.ts` : specifier, context);
    },
  });
}
