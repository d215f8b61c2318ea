/** Where files are kept, and how an address in a text is known to be one of ours. */

/** Where an upload waits until it has been looked at. */
export const uploadKeyOf = (mediaId: string): string => `uploads/${mediaId}`;

/** All that is made of one file is named by the SHA-256 of what is served of it. */
export const objectKeyOf = (sha256: string, extension: string): string =>
  `media/${sha256}.${extension}`;

/** A copy of a picture of another width: the same picture and width always have the same name. */
export const variantKeyOf = (sha256: string, width: number, extension: string): string =>
  `media/${sha256}-${width}.${extension}`;

/** What the names of a file and of all its copies begin with. */
export const objectPrefixOf = (sha256: string): string => `media/${sha256}`;

/** The SHA-256 in the name of an object; undefined for names of another kind. */
export const digestIn = (objectKey: string): string | undefined =>
  /^media\/([0-9a-f]{64})(?:-\d+)?\.[a-z0-9]+$/u.exec(objectKey)?.[1];

/** The public address of an object. */
export const addressOf = (objectKey: string, apiUrl: string): string => `${apiUrl}/${objectKey}`;

const address = /\/media\/([0-9a-f]{64})(?:-\d+)?\.[a-z0-9]{2,5}\b/gu;

/**
 * The files of ours that texts point at, by their digests, in the order in which they come, each once. A
 * digest is nobody else's, so the host in front of it does not matter.
 */
export const digestsIn = (...texts: readonly (string | null)[]): string[] => [
  ...new Set(texts.flatMap((text) => [...(text ?? "").matchAll(address)].map(([, at = ""]) => at))),
];
