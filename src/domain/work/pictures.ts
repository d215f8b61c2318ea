import { type Slice, sliceOf } from "./flow";
import type { Press } from "./press";
import { COLOURS, type Span, styled } from "./styles";
import { breakLines } from "./typesetting";

interface OpenImage {
  readonly width: number;
  readonly height: number;
}

/** Methods of pdfkit that its types leave out or narrow to Node's Buffer. */
interface ImageMaker {
  openImage(bytes: Uint8Array): OpenImage;
  image(image: OpenImage, x: number, y: number, options: { width: number; height: number }): void;
}

export interface PictureFrame {
  readonly left: number;
  readonly width: number;
  /** No picture is taller than this. */
  readonly most: number;
}

const PIXEL = 0.75;

/** A picture in its own size, or smaller where that is too much; null if pdfkit cannot show such a file. */
export function pictureSlice(press: Press, bytes: Uint8Array, frame: PictureFrame): Slice | null {
  const doc = press.doc as unknown as ImageMaker;
  const image = openImage(doc, bytes);
  if (image === null) return null;
  const natural = { width: image.width * PIXEL, height: image.height * PIXEL };
  const scale = Math.min(1, frame.width / natural.width, frame.most / natural.height);
  const size = { width: natural.width * scale, height: natural.height * scale };
  return sliceOf({
    height: size.height,
    draw: (_, top) => doc.image(image, frame.left, top, size),
  });
}

function openImage(doc: ImageMaker, bytes: Uint8Array): OpenImage | null {
  if (!isJpeg(bytes) && !isPlainPng(bytes)) return null;
  try {
    const image = doc.openImage(bytes);
    return image.width > 0 && image.height > 0 ? image : null;
  } catch {
    return null;
  }
}

const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/** A PNG that goes into a PDF as it is: to take out transparency pdfkit would start a thread. */
function isPlainPng(bytes: Uint8Array): boolean {
  const [COLOUR_TYPE, INTERLACE] = [25, 28];
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50 || bytes[INTERLACE] !== 0) return false;
  const hasAlpha = bytes[COLOUR_TYPE] === 4 || bytes[COLOUR_TYPE] === 6;
  return !hasAlpha && !new TextDecoder("latin1").decode(bytes.subarray(0, 4096)).includes("tRNS");
}

const ALT = styled("sans", 9, { colour: COLOURS.ink });
const SOURCE = styled("sans", 7.5, { colour: COLOURS.accent });
const PADDING = 12;

/** The place of a picture that is not at hand: a frame with its description and address. */
export function emptyFrame(
  press: Press,
  picture: { alt: string; url: string },
  frame: PictureFrame,
): Slice {
  const spans: Span[] = [{ text: picture.alt.trim() || "Image", style: ALT }];
  const measure = { width: frame.width - PADDING * 2 - 26 };
  const alt = breakLines(press.typeCase, spans, measure).slice(0, 6);
  const source = { text: picture.url, style: { ...SOURCE, link: picture.url } };
  const address = breakLines(press.typeCase, [source], measure).slice(0, 4);
  const height = PADDING * 2 + alt.length * 13 + address.length * 10.5;
  return sliceOf({
    height,
    draw(_, top) {
      const { left, width } = frame;
      press.doc.roundedRect(left, top, width, height, 3).lineWidth(0.6).stroke(COLOURS.line);
      drawIcon(press, left + PADDING, top + PADDING);
      const x = left + PADDING + 26;
      let y = top + PADDING;
      for (const line of alt) press.line(line, x, (y += 13) - 3.6);
      for (const line of address) press.line(line, x, (y += 10.5) - 2.4);
    },
  });
}

/** A small landscape in a frame. */
function drawIcon(press: Press, x: number, y: number): void {
  const { doc } = press;
  doc.lineWidth(0.8).strokeColor(COLOURS.faint);
  doc.roundedRect(x, y, 17, 13, 1.5).stroke();
  doc.circle(x + 12, y + 4.2, 1.4).stroke();
  doc
    .moveTo(x + 2, y + 11)
    .lineTo(x + 6.5, y + 5.5)
    .lineTo(x + 10, y + 9.5)
    .lineTo(x + 12, y + 7.8);
  doc.lineTo(x + 15, y + 11).stroke();
}
