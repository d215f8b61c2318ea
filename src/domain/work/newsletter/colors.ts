/** Colours of a mail, by day and by night. Mail programs know neither variables nor colour functions. */
export const day = {
  page: "#f3f1ec",
  sheet: "#ffffff",
  ink: "#22201c",
  faint: "#6b665d",
  rule: "#e2ded5",
  soft: "#f5f3ee",
} as const;

export const night = {
  page: "#121315",
  sheet: "#1c1e22",
  ink: "#e8e5df",
  faint: "#a8a39a",
  rule: "#373a41",
  soft: "#272a30",
} as const;

/** A newsletter that has no colour of its own has this one. */
export const defaultAccent = "#9b3d1e";

type Rgb = readonly [number, number, number];

const parse = (color: string): Rgb => {
  const number = Number.parseInt(color.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
};

const print = (rgb: Rgb): string =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** Relative luminance (WCAG 2.2). */
function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1, for equal colours, to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(parse(one)), luminance(parse(other))].sort(
    (a, b) => a - b,
  );
  return (light + 0.05) / (dark + 0.05);
}

const READABLE = 4.5;

/** The colour nearest to `color` that text on `background` can have: darker by day, lighter by night. */
export function readableOn(background: string, color: string): string {
  const end: Rgb = luminance(parse(background)) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share < 1; share += 0.05) {
    const [red, green, blue] = parse(color);
    const mixed = print([
      red + (end[0] - red) * share,
      green + (end[1] - green) * share,
      blue + (end[2] - blue) * share,
    ]);
    if (contrast(mixed, background) >= READABLE) return mixed;
  }
  return print(end);
}
