import { type Gap, inOrder, longestGaps, type ReportPost } from "#domain/reports";

import { type Slice, sliceOf } from "./flow";
import { count, counted, putLabel, shortDate } from "./labels";
import { FRAME, space } from "./publication-pages";
import { COLOURS, type Span, type Style, styled } from "./styles";
import { bodyRow, GUTTER, headRow, type TableShape } from "./tables";
import type { TypeCase } from "./type-case";

const MOST_GAPS = 12;
const NOTE = styled("sans", 8, { colour: COLOURS.muted });
const CELL = styled("sans", 8);
const CELL_MUTED = styled("sans", 8, { colour: COLOURS.muted });
const CELL_HEAD = styled("sans", 8, { bold: true });
const LINKED = { colour: COLOURS.accent } as const;

const cell = (text: string, style: Style = CELL): Span[] => [{ text, style }];
const linked = (post: ReportPost): Span[] =>
  cell(post.title.trim() || "Untitled", { ...CELL, ...LINKED, link: post.url });

/** The longest times without a post, with the posts at both ends. */
export function gaps(typeCase: TypeCase, posts: readonly ReportPost[]): Slice[] {
  const rest = FRAME.width - 34 - 4 * GUTTER - 54 * 2;
  const left = { align: "left" } as const;
  const shape: TableShape = {
    left: FRAME.left,
    leading: 11,
    baseline: 8.4,
    padding: 3.5,
    columns: [
      { width: 34, align: "right" },
      { width: 54, ...left },
      { width: rest / 2, ...left },
      { width: 54, ...left },
      { width: rest / 2, ...left },
    ],
  };
  const titles = ["Days", "After", "", "Until", ""];
  const head = headRow(
    typeCase,
    shape,
    titles.map((title) => cell(title, CELL_HEAD)),
  );
  const rows = longestGaps(posts, MOST_GAPS).flatMap((gap) =>
    bodyRow(typeCase, shape, { cells: gapCells(gap), head }),
  );
  const last = rows.length - 1;
  return [space(8), head, ...rows.map((row, i) => ({ ...row, keep: i < last }))];
}

const gapCells = (gap: Gap): Span[][] => [
  cell(count(gap.days), CELL_HEAD),
  cell(shortDate(gap.before.publishedAt), CELL_MUTED),
  linked(gap.before),
  cell(shortDate(gap.after.publishedAt), CELL_MUTED),
  linked(gap.after),
];

const YEAR = styled("sans", 11, { bold: true, colour: COLOURS.accent });

/** Every post, newest first, under the head of its year. */
export function allPosts(typeCase: TypeCase, posts: readonly ReportPost[]): Slice[] {
  const left = { align: "left" } as const;
  const rest = FRAME.width - 50 - 34 - 4 * GUTTER;
  const shape: TableShape = {
    left: FRAME.left,
    leading: 10.6,
    baseline: 8.1,
    padding: 3,
    columns: [
      { width: 50, ...left },
      { width: rest * 0.52, ...left },
      { width: rest * 0.26, ...left },
      { width: rest * 0.22, ...left },
      { width: 34, align: "right" },
    ],
  };
  const titles = ["Published", "Title", "Authors", "Tags", "Words"];
  const head = headRow(
    typeCase,
    shape,
    titles.map((title) => cell(title, CELL_HEAD)),
  );
  const newest = inOrder(posts).toReversed();
  const slices: Slice[] = [space(4), head];
  let year = "";
  for (const post of newest) {
    if (post.publishedAt.slice(0, 4) !== year) {
      year = post.publishedAt.slice(0, 4);
      const inYear = posts.filter((one) => one.publishedAt.startsWith(year)).length;
      slices.push(yearRow(year, inYear, head));
    }
    const names = [cell(post.authors.join(", ")), cell(post.tags.join(", "), CELL_MUTED)];
    const cells = [
      cell(shortDate(post.publishedAt), CELL_MUTED),
      linked(post),
      ...names,
      cell(count(post.wordCount)),
    ];
    slices.push(...bodyRow(typeCase, shape, { cells, head }));
  }
  return slices;
}

const yearRow = (year: string, posts: number, head: Slice): Slice =>
  sliceOf({
    height: 22,
    before: 6,
    keep: true,
    head,
    bookmark: { title: year, level: 2, place: `posts-${year}` },
    draw(press, top) {
      const baseline = top + 15.5;
      const x = FRAME.left + putLabel(press, { text: year, style: YEAR, x: FRAME.left, baseline });
      putLabel(press, { text: counted(posts, "post"), style: NOTE, x: x + 8, baseline });
      press.rule(FRAME.left, top + 22, FRAME.width);
    },
  });
