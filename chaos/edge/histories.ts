export type Kind = "public" | "draft" | "deleted";

/** What a post was, at a time that only clients know: between a change that was asked for and one that was acknowledged. */
interface Span {
  /** Which text it had. */
  readonly text: number;
  readonly kind: Kind;
  /** When the change that made it was sent: it cannot have been before. */
  readonly from: number;
  /** When the change that ended it was acknowledged: it cannot have been later. */
  until: number;
}

/** When a client sent a request and had its answer, and how old what it shows may be. */
export interface Moment {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly ageMs: number;
}

/** What clocks and counting in milliseconds may be off by. */
const SLACK_MS = 60;

/** A post and all it ever was, as whoever changed it remembers. One change at a time. */
export class PostHistory {
  readonly index: number;
  readonly #spans: Span[] = [];
  id = "";
  slug = "";
  version = 0;
  isBusy = false;
  #text = 0;

  constructor(index: number) {
    this.index = index;
  }

  /** What stands in the title and in the text of this post at this edit and nowhere else. */
  mark(text: number): string {
    return `mark-${this.index}-${text}x`;
  }

  nextText(): number {
    this.#text += 1;
    return this.#text;
  }

  /** What it is, as far as its writer knows. @throws {Error} before it is written. */
  get now(): Span {
    const last = this.#spans.at(-1);
    if (!last) throw new Error("nobody has written it yet");
    return last;
  }

  /** What it was before it was deleted. */
  get kindBefore(): Kind {
    return this.#spans.findLast(({ kind }) => kind !== "deleted")?.kind ?? "draft";
  }

  /**
   * Notes that a change is sent: from now on it may be so.
   *
   * @returns what to call when the change is acknowledged: from then on it cannot be as before.
   */
  become(text: number, kind: Kind): () => void {
    const last = this.#spans.at(-1);
    this.#spans.push({ text, kind, from: performance.now(), until: Infinity });
    return () => {
      if (last) last.until = performance.now();
    };
  }

  /**
   * For how many milliseconds before the request it had been otherwise; 0 or less when it may just then have
   * been so; infinite when it never was.
   */
  staleness(fits: (span: Span) => boolean, { sentAt, endedAt }: Moment): number {
    const ages = this.#spans
      .filter((span) => fits(span) && span.from <= endedAt + SLACK_MS)
      .map(({ until }) => sentAt - until);
    return Math.min(Infinity, ...ages);
  }
}

/** Whether something that had been otherwise for so long may still be shown. */
export const isAllowed = (staleness: number, { ageMs }: Moment): boolean =>
  staleness <= ageMs + SLACK_MS;

/** A key, and when it was revoked. */
export interface KeyHistory {
  readonly id: string;
  readonly key: string;
  revokeSentAt: number;
  revokedAt: number;
}
