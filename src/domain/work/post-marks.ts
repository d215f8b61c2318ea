import { type Slice, sliceOf } from "./flow";
import type { Press } from "./press";
import { COLOURS } from "./styles";

/** A hairline in the middle of a little space. */
export const ruleSlice = (left: number, width: number): Slice =>
  sliceOf({ height: 10, draw: (press, top) => press.rule(left, top + 5, width, COLOURS.faint) });

/** The box of a task, left of its text. */
export function drawCheckbox(
  press: Press,
  place: { left: number; baseline: number },
  checked: boolean,
): void {
  const { doc } = press;
  const [x, y] = [place.left - 15, place.baseline - 7.6];
  doc.roundedRect(x, y, 8.4, 8.4, 1.2).lineWidth(0.8).stroke(COLOURS.muted);
  if (!checked) return;
  doc
    .moveTo(x + 1.9, y + 4.4)
    .lineTo(x + 3.7, y + 6.3)
    .lineTo(x + 6.7, y + 2.3);
  doc.lineWidth(1.2).stroke(COLOURS.accent);
}
