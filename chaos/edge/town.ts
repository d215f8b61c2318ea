import type { Violation } from "#chaos/invariants/all";
import type { World } from "#chaos/world";

import { isAllowed, type KeyHistory, type Moment, PostHistory } from "./histories.ts";

/** What was done, and what came of it. */
export interface Figures {
  rounds: number;
  changes: number;
  reads: number;
  hits: number;
  /** Of both, those of Ghost's API. */
  ghostReads: number;
  ghostHits: number;
  /** Answers that showed what was true a while before they were asked for, within the bound. */
  stale: number;
  oldestMs: number;
}

/** Everything that the clients of one deployment know. */
export class Town {
  readonly world: World;
  readonly boundMs: number;
  readonly posts: readonly PostHistory[];
  readonly keys: KeyHistory[] = [];
  readonly violations: Violation[] = [];
  readonly figures: Figures = {
    rounds: 0,
    changes: 0,
    reads: 0,
    hits: 0,
    ghostReads: 0,
    ghostHits: 0,
    stale: 0,
    oldestMs: 0,
  };

  constructor(world: World, boundMs: number, posts: number) {
    this.world = world;
    this.boundMs = boundMs;
    this.posts = Array.from({ length: posts }, (_none, index) => new PostHistory(index));
  }

  /** The owner's session. */
  get token(): string {
    return this.world.token;
  }

  /** Every isolate of every city. */
  get origins(): readonly string[] {
    return this.world.origins;
  }

  complain(invariant: string, what: string): void {
    this.violations.push({ invariant: `cache-${invariant}`, what });
  }

  /** @param staleness in milliseconds; what is too old is a violation. */
  note(staleness: number, moment: Moment, what: string): void {
    if (!isAllowed(staleness, moment)) {
      const late = Number.isFinite(staleness)
        ? `${Math.round(staleness)} ms after it was otherwise`
        : "which it never was, or not for readers";
      return this.complain("stale", `${what} ${late}`);
    }
    if (staleness <= 0) return;
    this.figures.stale += 1;
    this.figures.oldestMs = Math.max(this.figures.oldestMs, staleness);
  }
}
