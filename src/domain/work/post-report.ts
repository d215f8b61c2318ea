import type { PrintablePost } from "#domain/reports";

import { Book, type Layout } from "./book";
import { type Slice, sliceOf } from "./flow";
import type { Fonts } from "./fonts";
import { counted, longDate } from "./labels";
import { type Block, placesOf, readPost, textsOf } from "./post-blocks";
import { Compositor } from "./post-slices";
import { FRAME } from "./post-styles";
import { createDocument, type Drawing, Press, type Progress } from "./press";
import { COLOURS, type Span, styled } from "./styles";
import { TypeCase } from "./type-case";
import { breakLines } from "./typesetting";

/** How much of the work is done when every page is laid out and none is drawn. */
const LAID_OUT = 0.6;
const BLOCKS_AT_ONCE = 50;

/**
 * Typesets a post for print as a PDF file with outline, links and page numbers. Pictures are those of
 * `post.images`; for others stands a frame with their description and address. The same post with the
 * same fonts gives the same bytes.
 */
export async function drawPostReport(
  post: PrintablePost,
  fonts: Fonts,
  onProgress?: Progress,
): Promise<Drawing> {
  const title = post.title.trim() || "Untitled";
  const titled = { ...post, title };
  const blocks = readPost(post.markdown);
  const doc = createDocument({
    title,
    author: post.authors.join(", ") || post.siteTitle,
    subject: post.siteTitle,
    language: post.language,
    asOf: post.asOf,
  });
  const typeCase = await TypeCase.open(doc, fonts, {
    families: ["serif", "sans", "mono"],
    texts: [title, post.siteTitle, ...post.authors, ...post.tags, ...textsOf(blocks)],
    language: post.language,
  });
  const press = new Press(doc, typeCase);
  for (const place of placesOf(blocks)) press.promise(place);
  const slices = [...titleBlock(typeCase, titled)];
  await compose(new Compositor(press, titled), blocks, { slices, onProgress });
  return new Book(layoutOf(titled), slices).draw(press, LAID_OUT, onProgress);
}

async function compose(
  compositor: Compositor,
  blocks: readonly Block[],
  into: { slices: Slice[]; onProgress: Progress | undefined },
): Promise<void> {
  for (let from = 0; from < blocks.length; from += BLOCKS_AT_ONCE) {
    const part = compositor.compose(blocks.slice(from, from + BLOCKS_AT_ONCE));
    for (const slice of part) into.slices.push(slice);
    // In turn, so that the caller may say how far it is, or stop it.
    await into.onProgress?.(
      (LAID_OUT * Math.min(blocks.length, from + BLOCKS_AT_ONCE)) / blocks.length,
    );
  }
}

const layoutOf = (post: PrintablePost): Layout => ({
  ...FRAME,
  head: post.siteTitle,
  foot: post.url,
  footLink: post.url,
  bareFirst: false,
});

const KICKER = styled("sans", 9, { bold: true, colour: COLOURS.accent });
const TITLE = styled("serif", 24, { bold: true });
const BYLINE = styled("sans", 9.5);
const SMALL = styled("sans", 8.5, { colour: COLOURS.muted });

/** Site, title, authors, date and address over the text. */
function titleBlock(typeCase: TypeCase, post: PrintablePost): Slice[] {
  const bookmark = { title: post.title, level: 1, place: "title:" };
  const date = post.publishedAt === null ? "Not published yet" : longDate(post.publishedAt);
  const facts = [date, counted(post.wordCount, "word"), ...post.tags];
  const address = { ...SMALL, colour: COLOURS.accent, link: post.url };
  const row = (span: Span, leading: number, before: number): Slice[] =>
    breakLines(typeCase, [span], { width: FRAME.width }).map((line, i) =>
      sliceOf({
        height: leading,
        before: i === 0 ? before : 0,
        keep: true,
        draw: (press, top) => press.line(line, FRAME.left, top + leading * 0.75),
      }),
    );
  const heading = row({ text: post.title, style: TITLE }, 30, 4);
  return [
    ...row({ text: post.siteTitle, style: KICKER }, 14, 0),
    ...heading.map((slice, i) => (i === 0 ? { ...slice, bookmark } : slice)),
    ...row({ text: post.authors.join(", "), style: BYLINE }, 14, 8),
    ...row({ text: facts.join("  ·  "), style: SMALL }, 13, 2),
    ...row({ text: post.url, style: address }, 13, 0),
    sliceOf({
      height: 12,
      before: 8,
      keep: true,
      draw: (press, top) => press.rule(FRAME.left, top + 4, FRAME.width),
    }),
  ];
}
