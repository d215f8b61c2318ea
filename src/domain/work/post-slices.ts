import type { PrintablePost } from "#domain/reports";

import { type Backdrop, type Bookmark, type Slice, sliceOf } from "./flow";
import type { Words } from "./inline-text";
import { emptyFrame, pictureSlice } from "./pictures";
import type { Align, Block, ListItem, Note } from "./post-blocks";
import { drawCheckbox, ruleSlice } from "./post-marks";
import {
  baselineOf,
  BODY,
  CODE,
  FRAME,
  headingOf,
  NOTE,
  type Setting,
  WordStyler,
} from "./post-styles";
import { PAPER, type Press } from "./press";
import { COLOURS, type Span, styled } from "./styles";
import { bodyRow, fitColumns, hasRoom, headRow, type TableShape } from "./tables";
import { breakLines, type Line, naturalWidth } from "./typesetting";

/** Where a block stands: its column, its text, and what lies behind it. */
interface Place {
  readonly left: number;
  readonly width: number;
  readonly setting: Setting;
  readonly backdrops: readonly Backdrop[];
  /** How many lists it is inside of. */
  readonly depth: number;
}

const LEAST_WIDTH = 150;
const TABLE_SIZES = [9, 8, 7];

const WHOLE_PAGE: Place = {
  left: FRAME.left,
  width: FRAME.width,
  setting: BODY,
  backdrops: [],
  depth: 0,
};

/** Turns the blocks of a post into slices. */
export class Compositor {
  readonly #press: Press;
  readonly #post: PrintablePost;
  readonly #styler: WordStyler;

  constructor(press: Press, post: PrintablePost) {
    this.#press = press;
    this.#post = post;
    this.#styler = new WordStyler(post.url);
  }

  compose(blocks: readonly Block[], place: Place = WHOLE_PAGE): Slice[] {
    const slices: Slice[] = [];
    for (const block of blocks) {
      const gap = gapBefore(block, place);
      const own = this.#block(block, place);
      own.forEach((slice, i) => {
        const before = i === 0 ? Math.max(gap, slice.before) : slice.before;
        const backdrops = [
          ...place.backdrops.filter((one) => !slice.backdrops.includes(one)),
          ...slice.backdrops,
        ];
        slices.push({ ...slice, before, backdrops });
      });
    }
    return slices;
  }

  #block(block: Block, place: Place): Slice[] {
    switch (block.kind) {
      case "heading":
        return this.#heading(block, place);
      case "paragraph":
        return this.#paragraph(block.words, place);
      case "list":
        return this.#list(block, place);
      case "quote":
        return this.#quote(block.blocks, place);
      case "code":
        return this.#code(block.text, place);
      case "table":
        return this.#table(block, place);
      case "picture":
        return [this.#picture(block.picture, place)];
      case "notes":
        return this.#notes(block.notes, place);
      case "rule":
        return [ruleSlice(place.left + place.width * 0.4, place.width * 0.2)];
    }
  }

  #heading(block: Block & { kind: "heading" }, place: Place): Slice[] {
    const setting = headingOf(block.level);
    const title = block.words.map((one) => one.text).join("");
    const bookmark = { title: title.trim() || "Untitled", level: block.level + 1, place: block.id };
    const spans = this.#styler.spans(block.words, setting.style);
    const lines = breakLines(this.#press.typeCase, spans, { width: place.width });
    return lineSlices(lines, { ...place, setting }).map((slice, i) => ({
      ...slice,
      keep: true,
      bookmark: i === 0 ? bookmark : null,
    }));
  }

  #paragraph(words: readonly Words[], place: Place): Slice[] {
    const spans = this.#styler.spans(words, place.setting.style);
    const slices = lineSlices(
      breakLines(this.#press.typeCase, spans, { width: place.width }),
      place,
    );
    const last = slices.length - 1;
    // What ends in a colon speaks of what comes next.
    if (words.at(-1)?.text.trimEnd().endsWith(":") !== true) return slices;
    return slices.map((slice, i) => (i === last ? { ...slice, keep: true } : slice));
  }

  #list(block: Block & { kind: "list" }, place: Place): Slice[] {
    const last = (block.first ?? 0) + block.items.length - 1;
    const { style } = place.setting;
    const widest = [{ text: `${String(last)}.`, style }];
    const digits = block.first === null ? 0 : naturalWidth(this.#press.typeCase, widest) + 6;
    const inner = {
      ...indented(place, Math.max(style.size * 1.55, digits)),
      depth: place.depth + 1,
    };
    return block.items.flatMap((item, i) => {
      const [first = emptyLine(place.setting), ...rest] = this.compose(item.blocks, inner);
      const marker = block.first === null ? null : `${String(block.first + i)}.`;
      const before = i === 0 ? first.before : Math.max(first.before, 2.5);
      const keep = first.keep || rest.length > 0;
      return [{ ...this.#marked(first, item, { inner, marker }), before, keep }, ...rest];
    });
  }

  /** Draws the mark of a list item beside its first slice. */
  #marked(slice: Slice, item: ListItem, list: { inner: Place; marker: string | null }): Slice {
    const { left, setting, depth } = list.inner;
    const text = list.marker ?? (depth % 2 === 1 ? "•" : "–");
    const [line] = breakLines(this.#press.typeCase, [{ text, style: setting.style }], {
      width: 99,
    });
    return {
      ...slice,
      draw(press, top) {
        const baseline = top + baselineOf(setting);
        if (item.checked !== null) drawCheckbox(press, { left, baseline }, item.checked);
        else if (line !== undefined) press.line(line, left - line.width - 6, baseline);
        slice.draw(press, top);
      },
    };
  }

  #quote(blocks: readonly Block[], place: Place): Slice[] {
    const { left } = place;
    const bar: Backdrop = {
      draw: (press, top, bottom) =>
        press.rectangle({ x: left, y: top, width: 2, height: bottom - top }, COLOURS.accentSoft),
    };
    const inner = indented(place, 14);
    return this.compose(blocks, { ...inner, backdrops: [...place.backdrops, bar] });
  }

  #code(text: string, place: Place): Slice[] {
    const { left, width } = place;
    const padding = 9;
    const ground: Backdrop = {
      draw: (press, top, bottom) =>
        press.doc.roundedRect(left, top, width, bottom - top, 2.5).fill(COLOURS.paper),
    };
    const inner = { ...place, left: left + padding, width: width - padding * 2, setting: CODE };
    const measure = { width: inner.width, hang: CODE.style.size * 1.2 };
    const expanded = text.replaceAll("\t", "    ");
    const lines = breakLines(
      this.#press.typeCase,
      [{ text: expanded, style: CODE.style }],
      measure,
    );
    const edge = sliceOf({ height: padding, keep: true, draw: () => {} });
    const body = lineSlices(lines, inner);
    const kept = body.map((slice, i) => ({ ...slice, keep: isNearEnd(i, body.length, 4) }));
    return [edge, ...kept, { ...edge, keep: false }].map((slice) => ({
      ...slice,
      backdrops: [...place.backdrops, ground],
    }));
  }

  #table(block: Block & { kind: "table" }, place: Place): Slice[] {
    const { typeCase } = this.#press;
    const sized = TABLE_SIZES.map((size) => ({ size, rows: this.#cells(block, size) }));
    const fitting = sized.find(({ rows }) => hasRoom(typeCase, rows, place.width));
    const { size, rows } = fitting ?? { size: 7, rows: this.#cells(block, 7) };
    const [first, ...others] = rows;
    if (first === undefined) return [];
    const widths = fitColumns(typeCase, rows, place.width);
    const shape = tableShape(place.left, size, { widths, aligns: block.aligns });
    const head = headRow(typeCase, shape, first);
    const body = others.flatMap((cells) => bodyRow(typeCase, shape, { cells, head }));
    const kept = body.map((row, i) => {
      const keep = i < body.length - 1 && isNearEnd(i, body.length - 1, 3);
      return { ...row, keep };
    });
    return [head, ...kept];
  }

  #cells(block: Block & { kind: "table" }, size: number): Span[][][] {
    const head = styled("sans", size, { bold: true });
    const body = styled("serif", size);
    return block.rows.map((row, i) =>
      row.map((words) => this.#styler.spans(words, i === 0 ? head : body)),
    );
  }

  #picture(picture: { source: string; alt: string; link: string | null }, place: Place): Slice {
    const frame = { left: place.left, width: place.width, most: PAPER.height * 0.55 };
    const bytes = this.#post.images.get(picture.source);
    const drawn = bytes === undefined ? null : pictureSlice(this.#press, bytes, frame);
    if (drawn !== null) return drawn;
    const url = this.#styler.resolve(picture.source) ?? this.#post.url;
    return emptyFrame(this.#press, { alt: picture.alt, url }, frame);
  }

  #notes(notes: readonly Note[], place: Place): Slice[] {
    const inner = { ...place, setting: NOTE, left: place.left + 16, width: place.width - 16 };
    const style = { ...NOTE.style, colour: COLOURS.muted };
    const slices = notes.flatMap((note) => {
      const [first = emptyLine(NOTE), ...rest] = this.compose(note.blocks, inner);
      const text = String(note.number);
      const bookmark: Bookmark = { title: text, level: 0, place: `fn:${text}` };
      const [number] = breakLines(this.#press.typeCase, [{ text, style }], { width: 99 });
      const draw = (press: Press, top: number): void => {
        if (number !== undefined) press.line(number, place.left, top + baselineOf(NOTE));
        first.draw(press, top);
      };
      return [{ ...first, before: 4, bookmark, draw }, ...rest];
    });
    return [{ ...ruleSlice(place.left, 72), keep: true }, ...slices];
  }
}

/** A place further in; where little width is left it stays, so that no text is squeezed. */
const indented = (place: Place, indent: number): Place =>
  place.width - indent < LEAST_WIDTH
    ? place
    : { ...place, left: place.left + indent, width: place.width - indent };

/** Whether a row belongs to the first or last few, which stay together on a page. */
const isNearEnd = (index: number, length: number, few: number): boolean =>
  index < few - 1 || index >= length - few + 1 || length <= few * 2;

function gapBefore(block: Block, place: Place): number {
  if (block.kind === "heading") return block.level <= 2 ? 22 : 16;
  if (block.kind === "paragraph" && block.tight) return 0;
  if (block.kind === "list") return place.depth > 0 ? 2.5 : 8;
  if (block.kind === "notes") return 26;
  if (block.kind === "rule") return 14;
  if (block.kind === "table" || block.kind === "picture" || block.kind === "code") return 11;
  return place.setting.leading * 0.52;
}

/** Lines of a paragraph; neither its first nor its last line is left alone on a page. */
function lineSlices(lines: readonly Line[], place: Place): Slice[] {
  const { setting, left } = place;
  const baseline = baselineOf(setting);
  return lines.map((line, i) =>
    sliceOf({
      height: setting.leading,
      keep: i < lines.length - 1 && (i === 0 || i === lines.length - 2),
      backdrops: place.backdrops,
      draw: (press, top) => press.line(line, left, top + baseline),
    }),
  );
}

const emptyLine = ({ leading }: Setting): Slice => sliceOf({ height: leading, draw: () => {} });

function tableShape(
  left: number,
  size: number,
  columns: { widths: readonly number[]; aligns: readonly Align[] },
): TableShape {
  return {
    left,
    leading: size * 1.4,
    baseline: size * 1.06,
    padding: 4,
    columns: columns.widths.map((width, i) => ({ width, align: columns.aligns[i] ?? "left" })),
  };
}
