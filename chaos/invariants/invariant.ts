import type { Story } from "#chaos/load/client";
import type { World } from "#chaos/world";

/** Everything that is known after a round: the database, the far ends' ledgers, and the clients' story. */
export interface Evidence {
  readonly world: World;
  readonly story: Story;
}

/** Something that must hold whatever happened. */
export interface Invariant {
  readonly id: string;
  readonly claim: string;
  /** @returns what contradicts it, a line each. */
  readonly contradictions: (evidence: Evidence) => Promise<readonly string[]>;
}

/** An invariant that is a query: each row contradicts it. */
export const byQuery = (id: string, claim: string, ...queries: readonly string[]): Invariant => ({
  id,
  claim,
  async contradictions({ world }) {
    const found = await Promise.all(
      queries.map((text) =>
        world.query<Record<string, unknown>>(`select * from (${text}) x limit 20`),
      ),
    );
    return found.flat().map((row) => JSON.stringify(row));
  },
});
