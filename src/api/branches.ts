import { type Result, type Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

type Route<Handler> = readonly [method: string, path: string, handler: Handler];

/** The first two parts of a path, as long as none of them stands for several: what a request must begin with. */
const headOf = (pattern: string): string | null => {
  const head = partsOf(pattern);
  return /[:*{]/u.test(head) ? null : head;
};

const partsOf = (path: string): string => {
  const second = path.indexOf("/", 1);
  const third = second === -1 ? -1 : path.indexOf("/", second + 1);
  return third === -1 ? path : path.slice(0, third);
};

/**
 * Finds a route with Hono's routers, one for each beginning of paths. Its fast one gives up all of an app when
 * two of its paths could be mistaken for each other (`/:id` and `/import/:name`): here it gives up those that
 * begin as they do. The order of routes counts as everywhere.
 */
export class BranchRouter<Handler> implements Router<Handler> {
  name = "BranchRouter";
  readonly #routes: Route<Handler>[] = [];
  readonly #heads = new Set<string>();
  readonly #branches = new Map<string, Router<Handler>>();

  add(method: string, path: string, handler: Handler): void {
    this.#routes.push([method, path, handler]);
    const head = headOf(path);
    if (head !== null) this.#heads.add(head);
  }

  match(method: string, path: string): Result<Handler> {
    const parts = partsOf(path);
    const head = this.#heads.has(parts) ? parts : "";
    const known = this.#branches.get(head);
    if (known) return known.match(method, path);
    const made = this.#branchOf(head);
    this.#branches.set(head, made);
    return made.match(method, path);
  }

  #branchOf(head: string): Router<Handler> {
    const router = new SmartRouter<Handler>({ routers: [new RegExpRouter(), new TrieRouter()] });
    for (const [method, path, handler] of this.#routes) {
      const own = headOf(path);
      if (own === null || own === head) router.add(method, path, handler);
    }
    return router;
  }
}
