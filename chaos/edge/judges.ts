import { isAllowed, type KeyHistory, type Moment, type PostHistory } from "./histories.ts";
import type { Place } from "./places.ts";
import type { Reader } from "./readers.ts";
import type { Town } from "./town.ts";

/** Who read what, and what came, as far as it is looked at. */
export interface Seen {
  readonly reader: Reader;
  readonly place: Place;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** @param poison what the reader sent along, in headers that must not matter. */
export function judgeHeaders(town: Town, seen: Seen, poison: string): void {
  const { reader, place, headers, text } = seen;
  const isHit = headers.get("cache-status")?.includes("; hit") === true;
  if (isHit) town.figures.hits += 1;
  if (isHit && place.keyIn === "address") town.figures.ghostHits += 1;
  const control = headers.get("cache-control") ?? "";
  if (reader.kind === "staff" && (isHit || control !== "private, no-store" || headers.has("age"))) {
    town.complain("private", `${place.path} for staff: ${control}, ${headers.get("cache-status")}`);
  }
  if (isHit && headers.has("server-timing")) {
    town.complain("private", `${place.path}: a hit that asked the database`);
  }
  // Whoever names a request hears the name again, in a refusal too; Ghost calls it the id of the error.
  const name = place.keyIn === "address" ? "id" : "request_id";
  const told = [...headers].map(([header, value]) =>
    header === "x-request-id" && value === poison ? "" : value,
  );
  const parts = [...told, text.replace(`"${name}":"${poison}"`, "")];
  const found = parts.find((part) => part.includes("poison-"));
  if (found !== undefined) {
    town.complain(
      "foreign",
      `${place.path}: ${found.slice(found.indexOf("poison-")).slice(0, 80)} came back`,
    );
  }
}

/** @returns whether the door was open, to whoever has a key or to everybody. */
export function judgeDoor(town: Town, seen: Seen, moment: Moment): boolean {
  const { reader, place, status } = seen;
  if (place.keyIn === "nothing") return true;
  if (place.keyIn === "address" && (status === 401 || status === 403))
    judgeGhostRefusal(town, seen);
  if (reader.kind === "key") return judgeKey(town, reader.key, seen, moment);
  if (place.keyIn === "header") return true;
  if (status === 401 || status === 403) return false;
  town.complain("key", `${place.path} opened without a key: ${status}`);
  return true;
}

function judgeKey(town: Town, key: KeyHistory, { place, status }: Seen, moment: Moment): boolean {
  if (status === 401) {
    if (key.revokeSentAt > moment.endedAt) town.complain("key", "a good key was refused");
    return false;
  }
  const late = moment.sentAt - key.revokedAt;
  if (!isAllowed(late, moment)) {
    town.complain("key", `a key opened ${place.path} ${Math.round(late)} ms after it was revoked`);
  }
  return true;
}

/** Ghost's clients read why they were refused; nobody keeps it, and it shows nothing. */
function judgeGhostRefusal(town: Town, { place, status, headers, text }: Seen): void {
  const type = status === 401 ? "UnauthorizedError" : "NoPermissionError";
  const isKept = headers.get("cache-control")?.includes("no-store") !== true || headers.has("age");
  if (!text.startsWith('{"errors":[{') || !text.includes(`"type":"${type}"`)) {
    town.complain("answer", `${place.path}: a refusal that is not Ghost's: ${text.slice(0, 200)}`);
  }
  if (isKept || text.includes("mark-")) {
    town.complain("private", `${place.path}: a refusal that is kept, or shows something`);
  }
}

export function judgeContent(town: Town, seen: Seen, moment: Moment): void {
  const { reader, place, status, text } = seen;
  if (status !== 200 && status !== 404) {
    return town.complain("answer", `${place.path}: ${status} ${text.slice(0, 200)}`);
  }
  const isSeen = reader.kind === "staff" ? ["public", "draft"] : ["public"];
  const shown = shownIn(town, seen);
  for (const [post, edits] of shown) {
    if (place.post !== null && place.post !== post)
      town.complain("answer", `${place.path}: another`);
    for (const edit of edits) {
      const age = post.staleness(
        (span) => span.text === edit && isSeen.includes(span.kind),
        moment,
      );
      town.note(
        age,
        moment,
        `${place.path} (${reader.kind}) shows edit ${edit} of post ${post.index}`,
      );
    }
  }
  const expected = place.post ? [place.post] : place.isWhole ? town.posts : [];
  for (const post of expected.filter((each) => !shown.has(each))) {
    // Nobody keeps a 404.
    const now = place.post ? { ...moment, ageMs: 0 } : moment;
    const age = post.staleness((span) => !isSeen.includes(span.kind), now);
    town.note(age, now, `${place.path} (${reader.kind}) lacks post ${post.index}`);
  }
}

/** Which edits of which posts are there, by their marks. */
function shownIn(town: Town, { place, text }: Seen): ReadonlyMap<PostHistory, ReadonlySet<number>> {
  const shown = new Map<PostHistory, Set<number>>();
  for (const [, index, edit] of text.matchAll(/mark-(\d+)-(\d+)x/gu)) {
    const post = town.posts[Number(index)];
    if (post) shown.set(post, (shown.get(post) ?? new Set()).add(Number(edit)));
    else town.complain("answer", `${place.path}: an unknown post`);
  }
  return shown;
}
