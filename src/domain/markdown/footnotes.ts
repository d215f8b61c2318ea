import type { MarkdownIt, StateCore, StateInline, Token } from "markdown-it";
import footnotes from "markdown-it-footnote";

/** How the plugin keeps its books in `env.footnotes`. */
interface Notes {
  /** By `:label`: the place in `list`, or -1 while nothing refers to it. */
  refs?: Record<string, number>;
  list?: { label: string; count: number }[];
}

const maxLabelLength = 200;
/** A note that is referred to a thousand times still gets this many ways back. */
const maxWaysBack = 10;

const notesOf = (state: StateInline | StateCore): Notes | undefined =>
  state.env["footnotes"] as Notes | undefined;

/**
 * `[^label]` in running text. The plugin's own rule looks for the closing bracket up to the end of the
 * line from every `[^`; this one gives up at the next bracket, so its work is bounded.
 */
function refer(state: StateInline, silent: boolean): boolean {
  const notes = notesOf(state);
  if (!notes?.refs || !state.src.startsWith("[^", state.pos)) return false;
  const rest = state.src.slice(state.pos + 2, Math.min(state.posMax, state.pos + maxLabelLength));
  const label = /^([^\s[\]]+)\]/.exec(rest)?.[1];
  if (label === undefined) return false;
  const known = notes.refs[`:${label}`];
  if (known === undefined) return false;

  if (!silent) {
    notes.list ??= [];
    const id = known < 0 ? notes.list.length : known;
    notes.refs[`:${label}`] = id;
    const note = (notes.list[id] ??= { label, count: 0 });
    state.push("footnote_ref", "", 0).meta = { id, subId: note.count, label };
    note.count += 1;
  }
  state.pos += label.length + 3;
  return true;
}

/** Parts the document's own tokens from those of each note; the first definition of a label counts. */
function takeOutDefinitions(tokens: readonly Token[]) {
  const body: Token[] = [];
  const definitions = new Map<string, Token[]>();
  const open = [body];
  for (const token of tokens) {
    if (token.type === "footnote_reference_open") {
      const definition: Token[] = [];
      const { label } = token.meta as { label: string };
      if (!definitions.has(label)) definitions.set(label, definition);
      open.push(definition);
    } else if (token.type === "footnote_reference_close") {
      open.pop();
    } else {
      open.at(-1)?.push(token);
    }
  }
  return { body, definitions };
}

/** Moves the notes that are referred to behind the text, in the order of their first reference. */
function placeNotes(state: StateCore): void {
  const notes = notesOf(state);
  if (!notes) return;
  const { body, definitions } = takeOutDefinitions(state.tokens);
  state.tokens = body;
  if (!notes.list?.length) return;

  body.push(new state.Token("footnote_block_open", "", 1));
  notes.list.forEach(({ label, count }, id) => {
    const token = (type: string, nesting: 1 | 0 | -1, subId = 0): Token =>
      Object.assign(new state.Token(type, "", nesting), { meta: { id, subId, label } });
    const definition = definitions.get(label) ?? [];
    const last = definition.at(-1)?.type === "paragraph_close" ? definition.pop() : undefined;
    body.push(token("footnote_open", 1));
    for (const part of definition) body.push(part);
    for (let subId = 0; subId < Math.min(count, maxWaysBack); subId += 1) {
      body.push(token("footnote_anchor", 0, subId));
    }
    if (last) body.push(last);
    body.push(token("footnote_close", -1));
  });
  body.push(new state.Token("footnote_block_close", "", -1));
}

const numberOf = (tokens: Token[], index: number): number =>
  Number((tokens[index]?.meta as { id: number } | undefined)?.id) + 1;

/**
 * GFM footnotes on top of markdown-it-footnote, in time linear in the document. Notes are numbered by their
 * first reference; `footnote_ref`, `footnote_open` and `footnote_anchor` tokens carry
 * `meta: { id, subId, label }` with `id` from 0. No inline notes (`^[…]`): GFM has none.
 *
 * Anchors are `fn:1` and `fnref:1`: a heading's anchor never has a colon, so the two cannot meet.
 */
export function addFootnotes(parser: MarkdownIt): void {
  parser.use(footnotes);
  parser.inline.ruler.disable("footnote_inline");
  parser.inline.ruler.at("footnote_ref", refer);
  parser.core.ruler.at("footnote_tail", placeNotes);
  parser.renderer.rules["footnote_anchor_name"] = (tokens, index) => `:${numberOf(tokens, index)}`;
  parser.renderer.rules["footnote_caption"] = (tokens, index) => `${numberOf(tokens, index)}`;
}
