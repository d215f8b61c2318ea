/** What readers can have. There is no paying here: one tier, for everybody. */
export interface GhostTier {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly visibility: "public";
  readonly type: "free";
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The tier that everybody has. No row is kept of it: it has always been there and never changes. */
export const freeTier: GhostTier = {
  id: "000000000000700080000000",
  name: "Free",
  slug: "free",
  visibility: "public",
  type: "free",
  createdAt: "1970-01-01T00:00:00.000Z",
  updatedAt: "1970-01-01T00:00:00.000Z",
};

/** The tiers whose readers may read a post: none for what is to be paid for, because nobody can. */
export const tiersOf = (visibility: "public" | "members" | "paid"): readonly GhostTier[] =>
  visibility === "paid" ? [] : [freeTier];
