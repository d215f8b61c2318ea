import type { Credential } from "#repository/actors";
import type { BylineRow } from "#repository/posts";

export const roles = ["owner", "admin", "editor", "author", "contributor"] as const;
export type Role = (typeof roles)[number];

/** Somebody who is who they say they are. */
export interface Actor {
  readonly userId: string;
  readonly role: Role;
  /** How a post names them. */
  readonly byline: BylineRow;
  /** The session they came with; null for keys. */
  readonly sessionId: string | null;
  /** The secret key they came with; null for people. */
  readonly key: { readonly id: string; readonly scopes: readonly string[] } | null;
}

/** A request that must have its effect once, however often it arrives. */
export interface RepeatGuard {
  readonly route: string;
  readonly key: string;
  /** Digest of everything the answer depends on, but for a body that is a stream. */
  readonly fingerprint: string;
  /** Set when the answer is the one that was given before. */
  replayed: boolean;
}

/** Whoever is asking, before anybody has looked. */
export interface Caller {
  readonly credential: Credential | null;
  readonly repeat: RepeatGuard | null;
  /** The client's network as throttles count it: an IPv4 address or an IPv6 /64. */
  readonly network: string;
  readonly userAgent: string | null;
}

/** The number of ranks a role is above the lowest. */
export const rankOf = (role: Role): number => roles.length - 1 - roles.indexOf(role);
