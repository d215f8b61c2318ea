import { drawLeaf, type Leaf, paginate, type Slice } from "./flow";
import { type Drawing, PAPER, type Press, type Progress } from "./press";
import { COLOURS, styled } from "./styles";
import { breakLines, fitLine } from "./typesetting";

/** How the pages of a document look around its text. */
export interface Layout {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  /** Running head, left and right. The right one is the title of the part a page belongs to. */
  readonly head: string;
  readonly foot: string;
  readonly footLink: string;
  /** The first page has its own design and no head. */
  readonly bareFirst: boolean;
}

/** The height between head and foot. */
export const frameHeight = (layout: Layout): number => PAPER.height - layout.top - layout.bottom;

const SMALL = styled("sans", 7.5, { colour: COLOURS.muted });

/** The pages of a document, laid out and counted and not yet drawn. */
export class Book {
  readonly #layout: Layout;
  readonly #leaves: Leaf[];

  constructor(layout: Layout, slices: readonly Slice[]) {
    this.#layout = layout;
    this.#leaves = paginate(slices, frameHeight(layout));
  }

  /** Page number, from 1, of each bookmark's place. */
  pageNumbers(): Map<string, number> {
    const numbers = new Map<string, number>();
    this.#leaves.forEach((leaf, i) => {
      for (const { slice } of leaf) {
        if (slice.bookmark !== null) numbers.set(slice.bookmark.place, i + 1);
      }
    });
    return numbers;
  }

  /** Draws every page, from `from` of the progress to its end, and gives the file. */
  async draw(press: Press, from: number, onProgress?: Progress): Promise<Drawing> {
    const outline = new Outline(press);
    let part = "";
    for (const [i, leaf] of this.#leaves.entries()) {
      press.doc.addPage();
      drawLeaf(press, leaf, this.#layout.top);
      const opening = leaf[0]?.slice.bookmark;
      this.#drawFurniture(press, i, opening?.level === 1 ? opening.title : part);
      for (const { slice, top } of leaf) {
        if (slice.bookmark === null || slice.bookmark.level === 0) continue;
        outline.add(slice.bookmark.title, slice.bookmark.level, this.#layout.top + top);
        if (slice.bookmark.level === 1) part = slice.bookmark.title;
      }
      // Pages follow one another; between some of them the caller may look up from its work.
      if (i % 10 === 9) await onProgress?.(from + (1 - from) * (i / this.#leaves.length));
    }
    const bytes = await press.finish();
    await onProgress?.(1);
    return { bytes, pages: this.#leaves.length };
  }

  #drawFurniture(press: Press, index: number, part: string): void {
    const { left, width, head, foot, footLink, bareFirst } = this.#layout;
    const { typeCase } = press;
    const footY = PAPER.height - 34;
    if (index > 0) {
      const name = fitLine(typeCase, { text: head, style: SMALL }, width * 0.45);
      const room = width - name.width - 24;
      const right = fitLine(typeCase, { text: part, style: SMALL }, room);
      press.line(name, left, 40);
      press.line(right, left + width - right.width, 40);
      press.rule(left, 47, width);
    }
    if (index === 0 && bareFirst) return;
    const style = { ...SMALL, link: footLink };
    press.line(fitLine(typeCase, { text: foot, style }, width * 0.7), left, footY);
    const text = `Page ${String(index + 1)} of ${String(this.#leaves.length)}`;
    const [number] = breakLines(typeCase, [{ text, style: SMALL }], { width });
    if (number !== undefined) press.line(number, left + width - number.width, footY);
  }
}

/** What we use of pdfkit's outline: its types leave out where on the page an item leads. */
interface OutlineItem {
  addItem(title: string, options: { top: number; left: number; expanded: boolean }): OutlineItem;
}

/** Builds the tree of bookmarks from titles that come in reading order with their levels. */
class Outline {
  readonly #path: { readonly level: number; readonly item: OutlineItem }[];

  constructor(press: Press) {
    this.#path = [{ level: 0, item: press.doc.outline }];
  }

  /** @param y distance of the place from the top of the current page. */
  add(title: string, level: number, y: number): void {
    while ((this.#path.at(-1)?.level ?? 0) >= level && this.#path.length > 1) this.#path.pop();
    // pdfkit counts `left` from the right edge: the whole width of the paper is the left one.
    const options = { top: Math.max(0, y - 12), left: PAPER.width, expanded: level === 1 };
    const item = this.#path.at(-1)?.item.addItem(title, options);
    if (item !== undefined) this.#path.push({ level, item });
  }
}
