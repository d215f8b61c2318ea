import { normaliseAddress } from "#core/addresses";
import { isBlank } from "#core/texts";
import type { ImportedSubscriber } from "#repository/subscriber-imports";

import type { Subscriber } from "./subscribers";

/** The columns of an export, in their order. An import reads those of them that it has a use for. */
export const exportColumns = [
  "email",
  "name",
  "status",
  "labels",
  "newsletters",
  "source",
  "created_at",
  "confirmed_at",
  "unsubscribed_at",
] as const;

/** What a spreadsheet takes for the beginning of a formula, behind any number of quotes that keep it from that. */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;

/**
 * A cell that no spreadsheet takes for a formula: with a quote in front, where it could be one. Done to
 * what has a quote already as well, so that `readCell` always finds what was there.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const safeCell = (text: string): string => (formula.test(text) ? `'${text}` : text);

/** What `safeCell` made safe, as it was. */
export const readCell = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;

const quoted = (text: string): string =>
  /[",;\r\n\t]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Cells as one record (RFC 4180). */
export const toRecord = (cells: readonly string[]): string =>
  `${cells.map((cell) => quoted(safeCell(cell))).join(",")}\r\n`;

/** A subscriber as the cells of an export. */
export const toCells = (subscriber: Subscriber): string[] => [
  subscriber.email,
  subscriber.name ?? "",
  subscriber.status,
  subscriber.labels.join(", "),
  subscriber.newsletters.map(({ slug }) => slug).join(", "),
  subscriber.source,
  subscriber.createdAt,
  subscriber.confirmedAt ?? "",
  subscriber.unsubscribedAt ?? "",
];

// --- What comes in -------------------------------------------------------------------------------

/** What columns are called elsewhere: in capitals, with blanks, or by another word. */
const knownAs: Readonly<Record<string, Column>> = {
  email: "email",
  e_mail: "email",
  mail: "email",
  email_address: "email",
  name: "name",
  full_name: "name",
  labels: "labels",
  tags: "labels",
  newsletters: "newsletters",
  status: "status",
  subscribed_to_emails: "subscribed",
  created_at: "created_at",
};
export type Column =
  | "email"
  | "name"
  | "labels"
  | "newsletters"
  | "status"
  | "subscribed"
  | "created_at";

/** What each column of a list is about; null for those that nobody reads. */
export const columnsOf = (cells: readonly string[]): (Column | null)[] => {
  const found = cells.map(
    (cell) =>
      knownAs[
        cell
          .trim()
          .toLowerCase()
          .replaceAll(/[\s-]+/gu, "_")
      ] ?? null,
  );
  // Of a column that comes twice the first counts.
  return found.map((column, index) => (found.indexOf(column) === index ? column : null));
};

/** What was said of all lines of an import at once. */
export interface ImportTerms {
  readonly labels: readonly string[];
  /** What all of them get, where no column says what each of them gets. */
  readonly newsletterIds: readonly string[];
  /** Every newsletter there is, by slug. */
  readonly newsletterBySlug: ReadonlyMap<string, string>;
}

export type ReadLine =
  | { readonly kind: "subscriber"; readonly subscriber: ReadSubscriber }
  /** A line that says itself that no mail is wanted. */
  | { readonly kind: "unwilling" }
  | { readonly kind: "failed"; readonly code: string; readonly reason: string };

export type ReadSubscriber = Omit<
  ImportedSubscriber,
  "id" | "address_hash" | "lines" | "again_updated"
>;

const failed = (code: string, reason: string): ReadLine => ({ kind: "failed", code, reason });

/** Status words that lead to mail; whoever is anything else said no, or never said yes. */
const willing = new Set(["", "active", "subscribed", "confirmed", "free", "paid", "comped"]);

const LABEL_LIMIT = 50;
const LABELS_LIMIT = 20;
export const NAME_LIMIT = 100;

/** What a label may be: one line without what lists of labels are written with. */
export const isLabel = (text: string): boolean =>
  text.length <= LABEL_LIMIT && !isBlank(text) && !/[,;|\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** Words between commas, semicolons or bars, each once. */
export const listOf = (cell: string): string[] => [
  ...new Set(
    cell
      .split(/[,;|]/u)
      .map((word) => word.trim())
      .filter((word) => word !== ""),
  ),
];

/** Reads one line of a list of subscribers. */
export function readSubscriber(
  cells: readonly string[],
  columns: readonly (Column | null)[],
  terms: ImportTerms,
): ReadLine {
  const cell = (column: Column): string => {
    const at = columns.indexOf(column);
    return readCell((at === -1 ? "" : (cells[at] ?? "")).trim());
  };
  const email = normaliseAddress(cell("email"));
  if (email === undefined) return failed("email_invalid", "This is not one plain mail address.");
  const isWilling =
    willing.has(cell("status").toLowerCase()) && !/^(false|no|0)$/iu.test(cell("subscribed"));
  if (!isWilling) return { kind: "unwilling" };
  const name = cell("name")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  if (name.length > NAME_LIMIT) {
    return failed("name_too_long", `A name has at most ${NAME_LIMIT} characters.`);
  }
  const labels = [...new Set([...terms.labels, ...listOf(cell("labels"))])];
  if (labels.length > LABELS_LIMIT || !labels.every(isLabel)) {
    return failed("labels_invalid", `At most ${LABELS_LIMIT} labels of ${LABEL_LIMIT} characters.`);
  }
  const slugs = listOf(cell("newsletters"));
  const ids = slugs.map((slug) => terms.newsletterBySlug.get(slug));
  if (ids.includes(undefined)) {
    return failed("newsletter_unknown", "It names a newsletter that there is not.");
  }
  const created = momentOf(cell("created_at"));
  if (created === undefined)
    return failed("created_at_invalid", "This is not a moment in the past.");
  return {
    kind: "subscriber",
    subscriber: {
      email,
      name: isBlank(name) ? null : name,
      labels,
      newsletters: columns.includes("newsletters")
        ? ids.filter((id) => id !== undefined)
        : [...terms.newsletterIds],
      created_at: created,
    },
  };
}

/** Null for nothing; undefined for what is no date, or lies ahead. */
function momentOf(cell: string): string | null | undefined {
  if (cell === "") return null;
  if (!/^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/u.test(cell)) return undefined;
  const dated = cell.replace(" ", "T");
  const time = Date.parse(
    /T.*(?:Z|[+-]\d\d:?\d\d)$/u.test(dated) || dated.length === 10 ? dated : `${dated}Z`,
  );
  const isKnown = time > Date.UTC(1970, 0) && time <= Date.now();
  return isKnown ? new Date(time).toISOString() : undefined;
}
