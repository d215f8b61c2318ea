import {
  inOrder,
  keyFigures,
  type Period,
  postsPerDay,
  type PublicationReport,
  type Ranked,
  type ReportPost,
  type Timeline,
  wordHistogram,
} from "#domain/reports";

import { barRows, type Column, columnChart } from "./charts";
import { type Slice, sliceOf } from "./flow";
import { heatLegend, yearMap } from "./heat-map";
import { count, counted, longDate, monthOf, putLabel, shortDate } from "./labels";
import { FRAME, MUTED, paragraph, space } from "./publication-pages";
import { COLOURS, styled } from "./styles";
import type { TypeCase } from "./type-case";

const FIGURE = styled("sans", 16, { bold: true });
const LABEL = styled("sans", 8.5, { colour: COLOURS.muted });
const NOTE = styled("sans", 8, { colour: COLOURS.muted });
const TILE_GAP = 14;
const READING_SPEED = 240;
const MOST_RANKED = 20;

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly link: string | null;
}

/** Two rows of figures with what they mean. */
export function glance(report: PublicationReport, period: Period | null): Slice[] {
  const tiles = tilesOf(report, period);
  return [0, 4].map((from) =>
    sliceOf({
      height: 76,
      before: 8,
      draw(press, top) {
        tiles.slice(from, from + 4).forEach((tile, i) => {
          const room = (FRAME.width - 3 * TILE_GAP) / 4;
          const place = { x: FRAME.left + i * (room + TILE_GAP), room };
          press.rectangle({ x: place.x, y: top, width: room, height: 1 }, COLOURS.accent);
          const note = { ...NOTE, link: tile.link };
          putLabel(press, { ...place, text: tile.label, style: LABEL, baseline: top + 16 });
          putLabel(press, { ...place, text: tile.value, style: FIGURE, baseline: top + 40 });
          putLabel(press, { ...place, text: tile.note, style: note, baseline: top + 56 });
        });
      },
    }),
  );
}

const tile = (label: string, value: string, note: string, post?: ReportPost): Tile => ({
  label,
  value,
  note,
  link: post?.url ?? null,
});

function tilesOf(report: PublicationReport, period: Period | null): Tile[] {
  const figures = keyFigures(report);
  const [first, last] = [inOrder(report.posts)[0], inOrder(report.posts).at(-1)];
  const none = "—";
  const rate = figures.postsPerMonth;
  const hours = Math.max(1, figures.words / READING_SPEED / 60);
  return [
    tile(
      "Posts",
      count(figures.posts),
      first === undefined ? none : `by ${counted(figures.authors, "author")}`,
    ),
    tile("Posts a month", rate === null ? none : rate.toFixed(1), "on average"),
    tile(
      "Days with posts",
      count(figures.daysWithPosts),
      period === null ? none : shareOfDays(figures.daysWithPosts, period),
    ),
    tile("Tags", count(figures.tags), "in use"),
    tile(
      "Words",
      count(figures.words),
      figures.words === 0 ? none : `${counted(hours, "hour")} of reading`,
    ),
    tile(
      "Median length",
      figures.medianWords === null ? none : count(figures.medianWords),
      "words a post",
    ),
    tile(
      "Longest post",
      figures.longest === null ? none : count(figures.longest.wordCount),
      figures.longest?.title ?? none,
      figures.longest ?? undefined,
    ),
    tile(
      "Latest post",
      last === undefined ? none : shortDate(last.publishedAt),
      last?.title ?? none,
      last,
    ),
  ];
}

function shareOfDays(days: number, period: Period): string {
  const all = (Date.parse(period.last) - Date.parse(period.first)) / 86_400_000 + 1;
  return `${((days / all) * 100).toFixed(1)} % of ${counted(all, "day")}`;
}

const UNITS = { 1: "month", 3: "quarter", 12: "year" } as const;
const TREND_FROM = 36;
const TREND_OVER = 12;

/** The posts-over-time chart with a sentence about its peak. */
export function overTime(typeCase: TypeCase, timeline: Timeline): Slice[] {
  const { columns, interval } = timeline;
  const unit = UNITS[interval];
  const peak = columns.reduce((best, one) => (one.count > best.count ? one : best), {
    start: "",
    count: 0,
  });
  const empty = columns.filter((column) => column.count === 0).length;
  const when =
    interval === 12 ? peak.start.slice(0, 4) : `${monthOf(peak.start)} ${peak.start.slice(0, 4)}`;
  const of = interval === 3 ? "the quarter from " : "";
  const idle = `${empty === 0 ? "None" : count(empty)} of ${counted(columns.length, unit)} went by without a post.`;
  const text = `The busiest ${unit} was ${of}${when} with ${counted(peak.count, "post")}. ${columns.length > 1 ? idle : ""}`;
  const hasTrend = interval === 1 && columns.length >= TREND_FROM;
  const chart = columnChart({
    left: FRAME.left,
    width: FRAME.width,
    height: 210,
    columns: labelled(timeline),
    showValues: columns.length <= 31,
    trend: hasTrend ? trailingMean(columns.map((column) => column.count)) : [],
    unit: hasTrend ? "Posts a month; the line is the mean of the last twelve" : `Posts a ${unit}`,
  });
  return [...paragraph(typeCase, [{ text, style: MUTED }]), space(12), chart];
}

const trailingMean = (values: readonly number[]): (number | null)[] =>
  values.map((_, i) => {
    if (i + 1 < TREND_OVER) return null;
    const window = values.slice(i + 1 - TREND_OVER, i + 1);
    return window.reduce((sum, value) => sum + value, 0) / TREND_OVER;
  });

function labelled({ columns, interval }: Timeline): Column[] {
  const perYear = 12 / interval;
  const few = columns.length <= 24 && interval === 1;
  const every = Math.max(1, Math.ceil(26 / ((FRAME.width / columns.length) * perYear)));
  return columns.map((column, i): Column => {
    const [year, month] = [column.start.slice(0, 4), column.start.slice(5, 7)];
    const january = month === "01";
    if (few) {
      const name = monthOf(column.start).slice(0, 3);
      const label = january || i === 0 ? `${name} ’${year.slice(2)}` : name;
      return { value: column.count, label, divider: false };
    }
    const label = january && Number(year) % every === 0 ? year : null;
    return { value: column.count, label, divider: january && interval !== 12 };
  });
}

/** A map of days for each year that has posts. */
export function publishingDays(report: PublicationReport): Slice[] {
  const days = postsPerDay(report.posts);
  const years = [...new Set([...days.keys()].map((day) => Number(day.slice(0, 4))))];
  const map = { left: FRAME.left, width: FRAME.width, days };
  return [
    heatLegend(FRAME.left),
    ...years.toSorted((a, b) => b - a).map((year) => yearMap(map, year)),
  ];
}

/** The first of a ranking as bars, and a word about the rest. */
export function ranked(typeCase: TypeCase, names: readonly Ranked[], noun: string): Slice[] {
  const bars = names.slice(0, MOST_RANKED).map((one) => ({
    name: one.name,
    value: one.posts,
    note: counted(one.words, "word"),
  }));
  const rest = names.slice(MOST_RANKED);
  const chart = [space(8), ...barRows({ left: FRAME.left, width: FRAME.width, bars })];
  if (rest.length === 0) return chart;
  const most = rest[0]?.posts ?? 0;
  const text = `And ${counted(rest.length, `more ${noun}`)}, none with more than ${counted(most, "post")}.`;
  return [...chart, space(4), ...closing(typeCase, text)];
}

/** A paragraph that ends a part. */
const closing = (typeCase: TypeCase, text: string): Slice[] =>
  paragraph(typeCase, [{ text, style: MUTED }]).map((slice) => ({ ...slice, keep: false }));

/** How long posts are, as columns of doubling width. */
export function lengths(report: PublicationReport): Slice[] {
  const columns = wordHistogram(report.posts).map((bin): Column => {
    const label =
      bin.below === null ? `${count(bin.from)} +` : `${count(bin.from)}–${count(bin.below - 1)}`;
    return { value: bin.count, label, divider: false };
  });
  const box = { left: FRAME.left, width: FRAME.width, height: 190 };
  const unit = "Posts by number of words";
  return [space(8), columnChart({ ...box, columns, showValues: true, trend: [], unit })];
}

/** What is said instead of charts when there is nothing to count. */
export const nothing = (typeCase: TypeCase, period: Period | null): Slice[] => {
  const when =
    period === null ? "yet" : `from ${longDate(period.first)} to ${longDate(period.last)}`;
  return [
    space(16),
    ...paragraph(typeCase, [{ text: `No post was published ${when}.`, style: MUTED }]),
  ];
};
