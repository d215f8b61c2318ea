import { newId, now } from "#core/ids";

/** What others can be told of. The part before the dot says what it happened to. */
export const eventTypes = [
  "post.created",
  "post.updated",
  "post.published",
  "post.unpublished",
  "post.scheduled",
  "post.deleted",
  "page.created",
  "page.updated",
  "page.published",
  "page.unpublished",
  "page.scheduled",
  "page.deleted",
  "tag.created",
  "tag.updated",
  "tag.deleted",
  "member.created",
  "member.updated",
  "member.deleted",
  "send.finished",
  "report.finished",
  "webhook.ping",
] as const;
export type EventType = (typeof eventTypes)[number];

/** Something that happened, as it is told: `data` is small, plain, and holds no secret. */
export interface NewEvent {
  readonly id: string;
  readonly createdAt: string;
  readonly type: EventType;
  readonly data: Record<string, unknown>;
}

/** What somebody can want to hear of: one thing, all that happens to a noun (`post.*`), or everything (`*`). */
export type Subscription = string;

/** A ping is for whoever asks for one, and for nobody else. */
const told = eventTypes.filter((type) => type !== "webhook.ping");

const nounOf = (type: string): string => type.slice(0, type.indexOf("."));

export const subscriptions: readonly Subscription[] = [
  "*",
  ...new Set(told.map((type) => `${nounOf(type)}.*`)),
  ...told,
];

/** What a receiver is sent has less than 20 kB (Standard Webhooks); this leaves room for what goes around it. */
const MOST_BYTES = 19_000;

/** What is never left out: who it is, and what became of it. */
const essential = new Set([
  "id",
  "slug",
  "title",
  "name",
  "type",
  "status",
  "version",
  "updated_at",
]);

/**
 * @param data what the event is about, as it is on the wire: ids first, no bodies. Of what is too large to
 *   tell, the longest fields are left out and named in `omitted`.
 * @param id of a job that tells of its own end: then telling it twice is telling it once.
 */
export const newEvent = (
  type: EventType,
  data: Record<string, unknown>,
  id: string = newId(),
): NewEvent => ({ id, createdAt: now(), type, data: shortened(data) });

function shortened(data: Record<string, unknown>): Record<string, unknown> {
  const bySize = Object.entries(data)
    .filter(([name]) => !essential.has(name))
    .map(([name, value]) => ({ name, size: sizeOf(value) }))
    .toSorted((a, b) => b.size - a.size);
  const omitted: string[] = [];
  let size = sizeOf(data);
  for (const { name, size: saved } of bySize) {
    if (size <= MOST_BYTES) break;
    omitted.push(name);
    size -= saved;
  }
  if (omitted.length === 0) return data;
  const kept = Object.entries(data).filter(([name]) => !omitted.includes(name));
  return { ...Object.fromEntries(kept), omitted };
}

const sizeOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value) ?? "").byteLength;
