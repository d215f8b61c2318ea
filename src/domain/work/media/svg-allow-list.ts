/** Elements of SVG 2 that draw, and only draw. */
const elements = new Set([
  "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
  "polygon", "text", "tspan", "textPath", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask",
  "marker", "filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix",
  "feDiffuseLighting", "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB",
  "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight",
  "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence",
]); // prettier-ignore

const attributes = new Set([
  "id", "class", "transform", "viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "y1", "x2", "y2",
  "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "d", "points", "pathLength", "dx", "dy", "rotate", "textLength",
  "lengthAdjust", "startOffset", "method", "spacing", "side", "offset", "version", "role",
  "gradientUnits", "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits", "patternTransform",
  "clipPathUnits", "maskUnits", "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY",
  "orient", "filterUnits", "primitiveUnits", "in", "in2", "result", "mode", "type", "values", "tableValues", "slope",
  "intercept", "amplitude", "exponent", "operator", "k1", "k2", "k3", "k4", "order", "kernelMatrix", "divisor", "bias",
  "targetX", "targetY", "edgeMode", "preserveAlpha", "surfaceScale", "diffuseConstant", "specularConstant",
  "specularExponent", "kernelUnitLength", "scale", "xChannelSelector", "yChannelSelector", "azimuth", "elevation",
  "pointsAtX", "pointsAtY", "pointsAtZ", "limitingConeAngle", "z", "radius", "stdDeviation", "baseFrequency",
  "numOctaves", "seed", "stitchTiles", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width",
  "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray",
  "stroke-dashoffset", "opacity", "color", "display", "visibility", "overflow", "clip", "clip-path", "clip-rule",
  "mask", "filter", "flood-color", "flood-opacity", "lighting-color", "stop-color", "stop-opacity", "marker-start",
  "marker-mid", "marker-end", "paint-order", "vector-effect", "shape-rendering", "text-rendering",
  "image-rendering", "color-interpolation", "color-interpolation-filters", "font-family", "font-size", "font-style",
  "font-weight", "font-stretch", "font-variant", "letter-spacing", "word-spacing", "text-anchor", "text-decoration",
  "dominant-baseline", "alignment-baseline", "baseline-shift", "direction", "unicode-bidi", "writing-mode",
  "mix-blend-mode", "isolation", "aria-hidden", "aria-label",
]); // prettier-ignore

export const isShownElement = (name: string): boolean => elements.has(name);

/** Only what is in the drawing itself may be referred to, by `href` or by `url(…)`. */
export function isShownAttribute(name: string, value: string): boolean {
  if (name === "href" || name === "xlink:href") return /^#[\w:.-]+$/u.test(value);
  if (!attributes.has(name)) return false;
  const outside = value.replaceAll(/url\(\s*(['"]?)#[\w:.-]+\1\s*\)/giu, "");
  return !/url\s*\(|\\|javascript:|data:|expression\s*\(/iu.test(outside);
}
