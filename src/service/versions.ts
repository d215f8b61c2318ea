import { StaleVersion } from "#api/exceptions";

/** What a change is based on. */
export interface Base<Entity> {
  readonly version: number;
  /** Whether this is what the caller saw, where they said more of it than its version. */
  readonly isSeen?: (entity: Entity) => Promise<boolean>;
}

/** @throws {StaleVersion} 41200 when this is not what the change is based on. */
export async function expectBase<Entity extends { readonly version: number }>(
  entity: Entity,
  { version, isSeen }: Base<Entity>,
): Promise<void> {
  const isBase = entity.version === version && (!isSeen || (await isSeen(entity)));
  if (!isBase) throw new StaleVersion(entity.version);
}
