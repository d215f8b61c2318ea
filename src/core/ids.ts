import { uuidv7 } from "uuidv7";

/** A new UUIDv7 (RFC 9562, section 5.7): made before the row is written, so that writing twice is one row. */
export const newId = (): string => uuidv7();

/** The current moment as entities keep it: RFC 3339, UTC, milliseconds. */
export const now = (): string => new Date().toISOString();

/** The moment `seconds` from now. */
export const secondsFromNow = (seconds: number): string =>
  new Date(Date.now() + seconds * 1000).toISOString();

/** Whether a text is written like a UUID. */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu.test(text);
