import { median, sum } from "d3-array";

/** One published post, as far as a report about the publication needs to know it. */
export interface ReportPost {
  readonly id: string;
  readonly title: string;
  /** Absolute address that the title links to. */
  readonly url: string;
  readonly publishedAt: string;
  /** Names as shown to readers, the first author first. */
  readonly authors: readonly string[];
  readonly tags: readonly string[];
  readonly wordCount: number;
}

/** What the publication report is drawn from; the same value always gives the same bytes. */
export interface PublicationReport {
  readonly title: string;
  readonly siteUrl: string;
  /** First and last instant or day asked for, both inclusive; null leaves that end open. */
  readonly from: string | null;
  readonly to: string | null;
  /** The newest change of what is shown; null when there is nothing. */
  readonly asOf: string | null;
  /** BCP 47 tag of the language that the report itself speaks. */
  readonly language: string;
  /** In any order. */
  readonly posts: readonly ReportPost[];
}

/** A post to be typeset for print. */
export interface PrintablePost {
  readonly title: string;
  /** Absolute address of the post; relative links in the text are read against it. */
  readonly url: string;
  readonly siteTitle: string;
  readonly language: string;
  readonly authors: readonly string[];
  readonly tags: readonly string[];
  /** Null for a post that is not published yet. */
  readonly publishedAt: string | null;
  /** The newest change of what is shown. */
  readonly asOf: string;
  readonly wordCount: number;
  readonly markdown: string;
  /** JPEG or PNG files by the address the Markdown uses; an image not in here is drawn as a labelled frame. */
  readonly images: ReadonlyMap<string, Uint8Array>;
}

/** A day in UTC, written `2026-11-23`. */
export type Day = string;

export const dayOf = (instant: string): Day => instant.slice(0, 10);

const DAY = 86_400_000;
const dayNumber = (day: string): number => Math.floor(Date.parse(`${dayOf(day)}T00:00:00Z`) / DAY);

/** Whole days from one day to another: 1 from a Monday to the Tuesday after it. */
export const daysBetween = (from: string, to: string): number => dayNumber(to) - dayNumber(from);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Oldest first; posts of the same instant by id, so that the order is always the same. */
export function inOrder(posts: readonly ReportPost[]): ReportPost[] {
  return posts.toSorted((a, b) => compare(a.publishedAt, b.publishedAt) || compare(a.id, b.id));
}

/** First and last day a report covers; an open end is where the posts begin or end. */
export interface Period {
  readonly first: Day;
  readonly last: Day;
}

/** The period of a report, or null when neither its bounds nor its posts say one. */
export function periodOf(report: PublicationReport): Period | null {
  const posts = inOrder(report.posts);
  const first = report.from ?? posts[0]?.publishedAt ?? report.to;
  const last = report.to ?? posts.at(-1)?.publishedAt ?? report.from;
  return first === null || last === null ? null : { first: dayOf(first), last: dayOf(last) };
}

/** The numbers of the "at a glance" page; those about single posts are null when there are none. */
export interface KeyFigures {
  readonly posts: number;
  readonly authors: number;
  readonly tags: number;
  readonly words: number;
  readonly medianWords: number | null;
  readonly longest: ReportPost | null;
  readonly daysWithPosts: number;
  /** Posts per month of 365.25 / 12 days over the whole period. */
  readonly postsPerMonth: number | null;
}

export function keyFigures(report: PublicationReport): KeyFigures {
  const { posts } = report;
  const period = periodOf(report);
  const days = period === null ? 0 : daysBetween(period.first, period.last) + 1;
  const byLength = inOrder(posts).toSorted((a, b) => b.wordCount - a.wordCount);
  return {
    posts: posts.length,
    authors: new Set(posts.flatMap((post) => post.authors)).size,
    tags: new Set(posts.flatMap((post) => post.tags)).size,
    words: sum(posts, (post) => post.wordCount),
    medianWords: median(posts, (post) => post.wordCount) ?? null,
    longest: byLength[0] ?? null,
    daysWithPosts: postsPerDay(posts).size,
    postsPerMonth: posts.length === 0 ? null : posts.length / Math.max(1, days / (365.25 / 12)),
  };
}

/** How wide a column of the posts-over-time chart is, in months. */
export type Interval = 1 | 3 | 12;

export interface TimeColumn {
  /** The month the column begins with, `2026-01`. */
  readonly start: string;
  readonly count: number;
}

export interface Timeline {
  readonly interval: Interval;
  readonly columns: readonly TimeColumn[];
}

const MOST_COLUMNS = 240;
const monthNumber = (instant: string): number =>
  Number(instant.slice(0, 4)) * 12 + Number(instant.slice(5, 7)) - 1;
const monthName = (month: number): string =>
  `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;

/**
 * Posts per month over the whole period, empty months included; per quarter or per year when months
 * would be more columns than a page can show.
 */
export function timeline(posts: readonly ReportPost[], period: Period): Timeline {
  const first = monthNumber(period.first);
  const last = Math.max(first, monthNumber(period.last));
  const months = last - first + 1;
  const interval = months <= MOST_COLUMNS ? 1 : months <= MOST_COLUMNS * 3 ? 3 : 12;
  const start = first - (first % interval);
  const counts = Array.from({ length: Math.floor((last - start) / interval) + 1 }, () => 0);
  for (const post of posts) {
    const index = Math.floor((monthNumber(post.publishedAt) - start) / interval);
    if (counts[index] !== undefined) counts[index] += 1;
  }
  return {
    interval,
    columns: counts.map((count, i) => ({ start: monthName(start + i * interval), count })),
  };
}

/** How many posts appeared on each day that had any. */
export function postsPerDay(posts: readonly ReportPost[]): Map<Day, number> {
  const days = new Map<Day, number>();
  for (const post of posts) {
    const day = dayOf(post.publishedAt);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  return days;
}

export interface Ranked {
  readonly name: string;
  readonly posts: number;
  readonly words: number;
}

/** Names by number of posts, then by words, then by name. A post with two names counts for both. */
export function ranking(
  posts: readonly ReportPost[],
  namesOf: (post: ReportPost) => readonly string[],
): Ranked[] {
  const totals = new Map<string, { posts: number; words: number }>();
  for (const post of posts) {
    for (const name of new Set(namesOf(post))) {
      const total = totals.get(name) ?? { posts: 0, words: 0 };
      totals.set(name, { posts: total.posts + 1, words: total.words + post.wordCount });
    }
  }
  return [...totals]
    .map(([name, total]) => ({ name, ...total }))
    .toSorted((a, b) => b.posts - a.posts || b.words - a.words || (a.name < b.name ? -1 : 1));
}

export interface WordBin {
  readonly from: number;
  /** The first count that is too long for this bin; null for the last one, which has no end. */
  readonly below: number | null;
  readonly count: number;
}

const WORD_EDGES = [0, 50, 100, 200, 400, 800, 1600, 3200, 6400];

/** Posts by length, each bin twice as long as the one before it: lengths spread over magnitudes. */
export function wordHistogram(posts: readonly ReportPost[]): WordBin[] {
  return WORD_EDGES.map((from, i) => {
    const below = WORD_EDGES[i + 1] ?? null;
    const inside = (words: number): boolean => words >= from && (below === null || words < below);
    return { from, below, count: posts.filter((post) => inside(post.wordCount)).length };
  });
}

/** A time without posts: the one before it, the one that ended it, and the days between the two. */
export interface Gap {
  readonly days: number;
  readonly before: ReportPost;
  readonly after: ReportPost;
}

/** The longest silences between two posts, longest first, at most `limit`, none shorter than 2 days. */
export function longestGaps(posts: readonly ReportPost[], limit: number): Gap[] {
  const sorted = inOrder(posts);
  return sorted
    .flatMap((after, i): Gap[] => {
      const before = sorted[i - 1];
      if (before === undefined) return [];
      return [{ days: daysBetween(before.publishedAt, after.publishedAt), before, after }];
    })
    .filter((gap) => gap.days >= 2)
    .toSorted((a, b) => b.days - a.days)
    .slice(0, limit);
}
