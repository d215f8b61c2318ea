import type { NamedTag } from "./tags";

/** A document ready to be written, in the shape that `importDocuments` sends to PostgreSQL. */
export interface ImportDocument {
  readonly id: string;
  readonly path: string;
  readonly digest: string;
  readonly slug: string;
  /** Whether the document says so: only then does a post that is there already get another. */
  readonly slug_given: boolean;
  /** Whether a document before it in the batch has the same. */
  readonly slug_repeated: boolean;
  /** What it is called when another post has its slug. */
  readonly marked_slug: string;
  readonly type: string;
  readonly status: string;
  /** Null where the document does not say it, as with `featured` and what begins with `og_`: it stays as it is. */
  readonly visibility: string | null;
  readonly featured: boolean | null;
  readonly title: string;
  readonly content: string;
  readonly html: string;
  readonly excerpt: string;
  readonly custom_excerpt: string | null;
  readonly word_count: number;
  readonly reading_time: number;
  readonly feature_image: string | null;
  readonly published_at: string | null;
  readonly meta_title: string | null;
  readonly meta_description: string | null;
  readonly canonical_url: string | null;
  readonly og_title: string | null;
  readonly og_description: string | null;
  readonly og_image: string | null;
  readonly metadata: Record<string, unknown>;
  /** What the revision keeps of that which every document decides, without title and content. */
  readonly fields: Record<string, unknown>;
  /** Slugs of users, and ids of named tags; each is among the batch's. */
  readonly authors: readonly string[];
  readonly tags: readonly string[];
}

export interface Named {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface ImportBatch {
  readonly importId: string;
  readonly requestId: string;
  readonly importedBy: string | null;
  readonly moment: string;
  readonly documents: readonly ImportDocument[];
  readonly authors: readonly Named[];
  readonly tags: readonly NamedTag[];
  readonly failures: readonly { path: string; code: string; reason: string }[];
  /** Documents that are not even among `documents`, because nothing about them is new. */
  readonly unchanged: number;
}
