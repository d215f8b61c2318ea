import { keyFigures, type Period, type PublicationReport, type Timeline } from "#domain/reports";

import { type Slice, sliceOf } from "./flow";
import { count, longDate, putLabel } from "./labels";
import { PAPER, type Press } from "./press";
import { FRAME, type Part } from "./publication-pages";
import { COLOURS, styled } from "./styles";
import { breakLines, fitLine } from "./typesetting";

export interface Cover {
  readonly report: PublicationReport;
  readonly period: Period | null;
  readonly timeline: Timeline | null;
  readonly parts: readonly Part[];
  /** Known when all pages are laid out, and read when the cover is drawn. */
  readonly pageNumbers: ReadonlyMap<string, number>;
}

const KICKER = styled("sans", 10.5, { bold: true, colour: COLOURS.accent });
const TITLE = styled("serif", 36, { bold: true });
const PERIOD = styled("sans", 13);
const SMALL = styled("sans", 8.5, { colour: COLOURS.muted });
const FIGURE = styled("sans", 24, { bold: true });
const ENTRY = styled("sans", 10);
const CONTENTS = styled("sans", 10, { bold: true });
const MOST_TITLE_LINES = 5;

/** A whole page: title, period, four figures, contents and the shape of the years along the foot. */
export function coverPage(cover: Cover): Slice {
  return sliceOf({
    height: PAPER.height - FRAME.top - FRAME.bottom,
    bookmark: { title: cover.report.title, level: 1, place: "cover" },
    draw(press, top) {
      drawSkyline(press, cover.timeline);
      const below = drawTitle(press, cover, top);
      drawFigures(press, cover.report, below + 26);
      drawContents(press, cover, below + 122);
      const baseline = PAPER.height - 34;
      const { asOf } = cover.report;
      if (asOf === null) return;
      putLabel(press, { text: `As of ${longDate(asOf)}`, style: SMALL, x: FRAME.left, baseline });
    },
  });
}

function drawTitle(press: Press, cover: Cover, top: number): number {
  const { left, width } = FRAME;
  const { report, period } = cover;
  press.rectangle({ x: left, y: top - 10, width: 44, height: 5 }, COLOURS.accent);
  putLabel(press, { text: "Publication report", style: KICKER, x: left, baseline: top + 24 });
  const lines = breakLines(press.typeCase, [{ text: report.title, style: TITLE }], { width });
  let y = top + 32;
  for (const line of lines.slice(0, MOST_TITLE_LINES)) {
    y += 44;
    press.line(line, left, y - 8);
  }
  putLabel(press, { text: periodText(period), style: PERIOD, x: left, baseline: y + 22 });
  const style = { ...SMALL, colour: COLOURS.accent, link: report.siteUrl };
  const site = fitLine(press.typeCase, { text: report.siteUrl, style }, width);
  press.line(site, left, y + 40);
  return y + 48;
}

const periodText = (period: Period | null): string =>
  period === null ? "All time" : `${longDate(period.first)} – ${longDate(period.last)}`;

function drawFigures(press: Press, report: PublicationReport, top: number): void {
  const figures = keyFigures(report);
  const step = FRAME.width / 4;
  press.rule(FRAME.left, top, FRAME.width);
  for (const [i, [value, label]] of (
    [
      [figures.posts, "posts"],
      [figures.authors, "authors"],
      [figures.tags, "tags"],
      [figures.words, "words"],
    ] as const
  ).entries()) {
    const x = FRAME.left + i * step;
    const room = step - 8;
    putLabel(press, { text: count(value), style: FIGURE, x, baseline: top + 36, room });
    putLabel(press, { text: label, style: SMALL, x, baseline: top + 52 });
  }
  press.rule(FRAME.left, top + 66, FRAME.width);
}

function drawContents(press: Press, cover: Cover, top: number): void {
  const { left, width } = FRAME;
  putLabel(press, { text: "Contents", style: CONTENTS, x: left, baseline: top });
  cover.parts.forEach((part, i) => {
    const baseline = top + 24 + i * 19;
    const style = { ...ENTRY, link: `#${part.place}` };
    const right = left + width;
    const number = String(cover.pageNumbers.get(part.place) ?? "");
    const from = left + putLabel(press, { text: part.title, style, x: left, baseline }) + 8;
    const to =
      right - putLabel(press, { text: number, style, x: right, baseline, align: "right" }) - 8;
    press.doc
      .moveTo(from, baseline - 1)
      .lineTo(to, baseline - 1)
      .lineWidth(0.6);
    press.doc.dash(0.6, { space: 3.4 }).stroke(COLOURS.faint).undash();
  });
}

/** The columns of the timeline along the foot of the page, without numbers: a picture of the whole. */
function drawSkyline(press: Press, timeline: Timeline | null): void {
  if (timeline === null || timeline.columns.length < 3) return;
  const most = Math.max(1, ...timeline.columns.map((column) => column.count));
  const step = PAPER.width / timeline.columns.length;
  const floor = PAPER.height;
  timeline.columns.forEach((column, i) => {
    const height = column.count === 0 ? 0 : 54 + (116 * column.count) / most;
    press.doc.rect(i * step, floor - height, step * 0.8, height);
  });
  press.doc.fill(COLOURS.accentPale);
}
