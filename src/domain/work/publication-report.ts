import { longestGaps, periodOf, type PublicationReport, ranking, timeline } from "#domain/reports";

import { Book, type Layout } from "./book";
import type { Slice } from "./flow";
import type { Fonts } from "./fonts";
import { longDate } from "./labels";
import { createDocument, type Drawing, Press, type Progress } from "./press";
import { coverPage } from "./publication-cover";
import { allPosts, gaps } from "./publication-lists";
import { FRAME, type Part, partTitle } from "./publication-pages";
import { glance, lengths, nothing, overTime, publishingDays, ranked } from "./publication-parts";
import { TypeCase } from "./type-case";

interface Section extends Part {
  readonly slices: () => Slice[];
}

/** How much of the work is done when every page is laid out and none is drawn. */
const LAID_OUT = 0.5;

/**
 * Draws the report about a publication: key figures, charts and the list of its posts, as a PDF file with
 * outline, links and page numbers. The same report with the same fonts gives the same bytes.
 */
export async function drawPublicationReport(
  report: PublicationReport,
  fonts: Fonts,
  onProgress?: Progress,
): Promise<Drawing> {
  const title = report.title.trim() || report.siteUrl;
  const named = { ...report, title };
  const doc = createDocument({
    title: `${title}: publication report`,
    author: title,
    subject: "Publication report",
    language: report.language,
    asOf: report.asOf,
  });
  const typeCase = await TypeCase.open(doc, fonts, {
    families: ["sans", "serif"],
    texts: [title, ...report.posts.flatMap((post) => [post.title, ...post.authors, ...post.tags])],
    language: report.language,
  });
  const press = new Press(doc, typeCase);
  const sections = sectionsOf(named, typeCase);
  const pageNumbers = new Map<string, number>();
  const period = periodOf(report);
  const months = period === null ? null : timeline(report.posts, period);
  const cover = { report: named, period, timeline: months, parts: sections, pageNumbers };
  const slices = [coverPage(cover)];
  for (const [i, section] of sections.entries()) {
    press.promise(section.place);
    slices.push(partTitle(typeCase, section), ...section.slices());
    // The parts are laid out in turn; in between the caller may say how far it is, or stop it.
    await onProgress?.((LAID_OUT * (i + 1)) / sections.length);
  }
  const book = new Book(layoutOf(named), slices);
  for (const [place, page] of book.pageNumbers()) pageNumbers.set(place, page);
  return book.draw(press, LAID_OUT, onProgress);
}

const layoutOf = (report: PublicationReport): Layout => ({
  ...FRAME,
  head: report.title,
  foot: [report.siteUrl, ...(report.asOf === null ? [] : [longDate(report.asOf)])].join("  ·  "),
  footLink: report.siteUrl,
  bareFirst: true,
});

const A_PAGE_OF_POSTS = 40;
const FRESH_IF_LONG = new Set(["days", "posts"]);

const section = (title: string, place: string, slices: () => Slice[]): Section => ({
  title,
  place,
  fresh: place === "glance",
  slices,
});

function sectionsOf(report: PublicationReport, typeCase: TypeCase): Section[] {
  const { posts } = report;
  const period = periodOf(report);
  if (posts.length === 0 || period === null) {
    const slices = (): Slice[] => [...glance(report, period), ...nothing(typeCase, period)];
    return [section("At a glance", "glance", slices)];
  }
  const authors = ranking(posts, (post) => post.authors);
  const tags = ranking(posts, (post) => post.tags);
  const sections = [
    section("At a glance", "glance", () => glance(report, period)),
    section("Posts over time", "time", () => overTime(typeCase, timeline(posts, period))),
    section("Publishing days", "days", () => publishingDays(report)),
    section("Authors", "authors", () => ranked(typeCase, authors, "author")),
    section("Tags", "tags", () => ranked(typeCase, tags, "tag")),
    section("Length of posts", "lengths", () => lengths(report)),
    section("Longest gaps", "gaps", () => gaps(typeCase, posts)),
    section("All posts", "posts", () => allPosts(typeCase, posts)),
  ];
  const empty = new Set<string>();
  if (authors.length === 0) empty.add("authors");
  if (tags.length === 0) empty.add("tags");
  if (longestGaps(posts, 1).length === 0) empty.add("gaps");
  const isLong = posts.length > A_PAGE_OF_POSTS;
  return sections
    .filter(({ place }) => !empty.has(place))
    .map((one) => ({ ...one, fresh: one.fresh || (isLong && FRESH_IF_LONG.has(one.place)) }));
}
