import { Parser } from "htmlparser2";

import { escapeMarkup } from "#core/markup";

import { type Anatomy, bomb, corrupt, truncated } from "./anatomy";
import { isShownAttribute, isShownElement } from "./svg-allow-list";

const SVG_LIMIT = 2_000_000;
const MOST_ELEMENTS = 20_000;
const DEEPEST = 100;

/**
 * Writes an SVG anew from what is allowed in one: shapes, text, gradients, patterns, filters, and the style of
 * each by itself. No script, no event handlers, no style sheets, no foreign content, no links and nothing from
 * elsewhere.
 *
 * @throws {BadFile}
 */
export function dissectSvg(bytes: Uint8Array): Anatomy {
  if (bytes.byteLength > SVG_LIMIT) throw bomb("A drawing of this size is none.");
  const text = decode(bytes);
  if (/<!ENTITY/iu.test(text)) throw bomb("A drawing may not define entities.");
  const { xml, size } = sanitise(text);
  const written = new TextEncoder().encode(xml);
  return { ...size, frames: 1, splices: [{ offset: 0, length: bytes.byteLength, bytes: written }] };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw corrupt("A drawing has to be UTF-8.");
  }
}

type Attributes = Readonly<Record<string, string>>;

/** They draw nothing, and what they hold is drawn without them. */
const holders = new Set(["a", "switch"]);

/** What a `style` says, as the attributes that say the same (SVG 2, section 6.6). */
const declarationsIn = (style = ""): Attributes =>
  Object.fromEntries(
    style.split(";").flatMap((declaration) => {
      const colon = declaration.indexOf(":");
      const value = declaration.slice(colon + 1).replace("!important", "");
      return colon === -1 ? [] : [[declaration.slice(0, colon).trim(), value.trim()]];
    }),
  );

interface Sanitised {
  readonly xml: string;
  readonly size: { readonly width: number | null; readonly height: number | null };
}

function sanitise(text: string): Sanitised {
  const parts: string[] = [];
  const open: string[] = [];
  let elements = 0;
  let hidden = 0;
  let size: Sanitised["size"] | undefined;
  let isClosed = false;
  let isOver = false;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        elements += 1;
        open.push(name);
        if (elements > MOST_ELEMENTS || open.length > DEEPEST)
          throw bomb("The drawing is too deep or too long.");
        if (hidden > 0 || isClosed || !(isShownElement(name) || holders.has(name))) hidden += 1;
        if (hidden > 0 || holders.has(name)) return;
        const all = { ...attributes, ...declarationsIn(attributes["style"]) };
        const shown = Object.entries(all).filter(([key, value]) => isShownAttribute(key, value));
        if (!size) shown.unshift(["xmlns", "http://www.w3.org/2000/svg"]);
        size ??= sizeIn(attributes);
        parts.push(
          `<${name}${shown.map(([key, value]) => ` ${key}="${escapeMarkup(value)}"`).join("")}>`,
        );
      },
      ontext(data) {
        if (hidden === 0 && open.length > 0) parts.push(escapeMarkup(data));
      },
      onclosetag(name) {
        if (isOver) throw truncated("the drawing");
        open.pop();
        if (hidden > 0) {
          hidden -= 1;
          return;
        }
        if (holders.has(name)) return;
        parts.push(`</${name}>`);
        if (open.length === 0) isClosed = true;
      },
    },
    { xmlMode: true, decodeEntities: true, recognizeSelfClosing: true },
  );
  parser.write(text);
  isOver = true;
  parser.end();
  if (!size || !isClosed) throw corrupt("The drawing is not well formed.");
  return { xml: parts.join(""), size };
}

/** As the drawing says; where it does not, the size of what it shows of its plane. */
function sizeIn({ width, height, viewBox = "" }: Attributes): Sanitised["size"] {
  const [, , viewWidth, viewHeight] = viewBox.split(/[\s,]+/u);
  return {
    width: pixelsIn(width) ?? pixelsIn(viewWidth),
    height: pixelsIn(height) ?? pixelsIn(viewHeight),
  };
}

function pixelsIn(length = ""): number | null {
  const pixels = /^\s*(\d{1,6}(?:\.\d{1,6})?)(?:px)?\s*$/u.exec(length)?.[1];
  return pixels === undefined ? null : Math.max(1, Math.round(Number(pixels)));
}
