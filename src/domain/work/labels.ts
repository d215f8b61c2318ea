import type { Press } from "./press";
import type { Style } from "./styles";
import { fitLine } from "./typesetting";

export interface Label {
  readonly text: string;
  readonly style: Style;
  /** The left edge, the middle or the right edge of the text, as `align` says. */
  readonly x: number;
  readonly baseline: number;
  readonly align?: "left" | "middle" | "right";
  /** The most it may take up; longer text ends in an ellipsis. */
  readonly room?: number;
}

/** Puts one line of text on the page and gives its width. */
export function putLabel(press: Press, label: Label): number {
  const span = { text: label.text, style: label.style };
  const line = fitLine(press.typeCase, span, label.room ?? Number.POSITIVE_INFINITY);
  const share = { left: 0, middle: 0.5, right: 1 }[label.align ?? "left"];
  press.line(line, label.x - line.width * share, label.baseline);
  return line.width;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `12 March 2026`, of the UTC day an instant falls on. */
export const longDate = (instant: string): string =>
  `${String(Number(instant.slice(8, 10)))} ${monthOf(instant)} ${instant.slice(0, 4)}`;

/** `12 Mar 2026`. */
export const shortDate = (instant: string): string =>
  `${String(Number(instant.slice(8, 10)))} ${monthOf(instant).slice(0, 3)} ${instant.slice(0, 4)}`;

/** `March`, of a day, a month or an instant. */
export const monthOf = (instant: string): string => MONTHS[Number(instant.slice(5, 7)) - 1] ?? "";

/** `1,050`; halves and smaller parts are rounded off. */
export const count = (value: number): string =>
  String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");

/** `1 post`, `1,050 posts`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${Math.round(value) === 1 ? "" : "s"}`;
