import type { Press } from "./press";

/** Colour behind, or a bar beside, a run of slices; drawn as one shape on each page they reach. */
export interface Backdrop {
  draw(press: Press, top: number, bottom: number): void;
}

export interface Bookmark {
  readonly title: string;
  /** 1 for the outermost; 0 for a place that links lead to and the outline does not show. */
  readonly level: number;
  /** The name that links to this place use. */
  readonly place: string;
}

/** What cannot be cut by the end of a page: a line of text, a row, a chart. */
export interface Slice {
  readonly height: number;
  /** Space above, dropped at the head of a page. */
  readonly before: number;
  /** Must be on the same page as the next slice. */
  readonly keep: boolean;
  /** Begins a new page. */
  readonly fresh: boolean;
  readonly backdrops: readonly Backdrop[];
  /** Drawn again above this slice when it begins a page: the head of its table. */
  readonly head: Slice | null;
  readonly bookmark: Bookmark | null;
  draw(press: Press, top: number): void;
}

/** A slice of plain text manners, changed where `slice` says so. */
export const sliceOf = (slice: Partial<Slice> & Pick<Slice, "height" | "draw">): Slice => ({
  before: 0,
  keep: false,
  fresh: false,
  backdrops: [],
  head: null,
  bookmark: null,
  ...slice,
});

export interface Placed {
  readonly slice: Slice;
  /** Offset from the top of the frame. */
  readonly top: number;
}

export type Leaf = readonly Placed[];

/** Distributes slices over pages whose frame has that height. Gives at least one page. */
export function paginate(slices: readonly Slice[], height: number): Leaf[] {
  const leaves: Placed[][] = [[]];
  let [leaf, y]: [Placed[], number] = [leaves[0] ?? [], 0];
  const turn = (): void => {
    leaf = [];
    leaves.push(leaf);
    y = 0;
  };
  for (const chain of chainsOf(slices)) {
    const needed = chain.reduce((sum, slice) => sum + slice.before + slice.height, 0);
    if (leaf.length > 0 && (chain[0]?.fresh === true || y + needed > height + 0.01)) turn();
    for (const slice of chain) {
      if (leaf.length > 0 && y + slice.before + slice.height > height + 0.01) turn();
      if (leaf.length === 0 && slice.head !== null) {
        leaf.push({ slice: slice.head, top: 0 });
        y = slice.head.height;
      }
      const top = y + (leaf.length === 0 ? 0 : slice.before);
      leaf.push({ slice, top });
      y = top + slice.height;
    }
  }
  return leaves;
}

/** Groups slices that must stay together. */
function chainsOf(slices: readonly Slice[]): Slice[][] {
  const chains: Slice[][] = [];
  let open = false;
  for (const slice of slices) {
    const last = chains.at(-1);
    if (open && last !== undefined && !slice.fresh) last.push(slice);
    else chains.push([slice]);
    open = slice.keep;
  }
  return chains;
}

/** Draws the slices of one page into the frame that begins at `frameTop`. */
export function drawLeaf(press: Press, leaf: Leaf, frameTop: number): void {
  const reach = new Map<Backdrop, { top: number; bottom: number }>();
  for (const { slice, top } of leaf) {
    for (const backdrop of slice.backdrops) {
      const known = reach.get(backdrop);
      reach.set(backdrop, { top: known?.top ?? top, bottom: top + slice.height });
    }
  }
  for (const [backdrop, { top, bottom }] of reach) {
    backdrop.draw(press, frameTop + top, frameTop + bottom);
  }
  for (const { slice, top } of leaf) {
    if (slice.bookmark !== null) press.mark(slice.bookmark.place, frameTop + top);
    slice.draw(press, frameTop + top);
  }
}
