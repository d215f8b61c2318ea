import { openApi, operations, pages, type Schema } from "./document";

/** What only describes. Every other keyword has to be one that is checked here. */
const annotations = new Set(["description", "example", "examples", "default", "title"]);

type Check = (schema: Schema, value: unknown, at: string) => readonly string[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/u;

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  uuid: (text) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u.test(text),
  "date-time": (text) => moment.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/u.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text) => URL.canParse(text),
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(text),
};

const say = (holds: boolean, at: string, what: string): readonly string[] =>
  holds ? [] : [`${at === "" ? "/" : at}: ${what}`];

const ofText =
  (test: (text: string, schema: Schema) => boolean, what: string): Check =>
  (schema, value, at) =>
    typeof value === "string" ? say(test(value, schema), at, what) : [];

const ofNumber =
  (test: (value: number, schema: Schema) => boolean, what: string): Check =>
  (schema, value, at) =>
    typeof value === "number" ? say(test(value, schema), at, what) : [];

const ofList =
  (test: (list: readonly unknown[], schema: Schema) => boolean, what: string): Check =>
  (schema, value, at) =>
    Array.isArray(value) ? say(test(value, schema), at, what) : [];

const checks: Readonly<Record<string, Check>> = {
  type: ({ type = [] }, value, at) =>
    say(
      [type].flat().some((name) => typeTests[name]?.(value) ?? false),
      at,
      `is not ${[type].flat().join(" or ")}`,
    ),
  enum: ({ enum: values = [] }, value, at) => say(values.includes(value), at, "is not in the enum"),
  format: ({ format = "" }, value, at) => {
    // Says of itself that it is only a way to show bytes.
    if (format === "binary" || typeof value !== "string") return [];
    const test = formats[format];
    if (!test) throw new Error(`Nothing here checks the format ${format}.`);
    return say(test(value), at, `is not a ${format}`);
  },
  pattern: ofText(
    (text, { pattern = "" }) => new RegExp(pattern, "u").test(text),
    "is not of the pattern",
  ),
  minLength: ofText((text, { minLength = 0 }) => [...text].length >= minLength, "is too short"),
  maxLength: ofText((text, { maxLength = 0 }) => [...text].length <= maxLength, "is too long"),
  minimum: ofNumber((value, { minimum = 0 }) => value >= minimum, "is too small"),
  maximum: ofNumber((value, { maximum = 0 }) => value <= maximum, "is too large"),
  minItems: ofList((list, { minItems = 0 }) => list.length >= minItems, "has too few items"),
  maxItems: ofList((list, { maxItems = 0 }) => list.length <= maxItems, "has too many items"),
  items: ({ items = {} }, value, at) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => problemsOf(items, item, `${at}/${index}`))
      : [],
  required: ({ required = [] }, value, at) =>
    isObject(value)
      ? required.flatMap((name) => say(Object.hasOwn(value, name), at, `lacks ${name}`))
      : [],
  properties: ({ properties = {} }, value, at) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, property]) =>
          Object.hasOwn(value, name) ? problemsOf(property, value[name], `${at}/${name}`) : [],
        )
      : [],
  additionalProperties: ({ additionalProperties, properties = {} }, value, at) =>
    isObject(value) && typeof additionalProperties === "object"
      ? Object.entries(value)
          .filter(([name]) => !Object.hasOwn(properties, name))
          .flatMap(([name, item]) => problemsOf(additionalProperties, item, `${at}/${name}`))
      : [],
  $ref: (schema, value, at) => valueProblems(resolved(schema), value, at),
  allOf: ({ allOf = [] }, value, at) => allOf.flatMap((part) => valueProblems(part, value, at)),
  oneOf: ({ oneOf = [] }, value, at) => {
    const fitting = oneOf.filter((part) => problemsOf(part, value, at).length === 0).length;
    return say(fitting === 1, at, `fits ${fitting} of the alternatives`);
  },
  anyOf: ({ anyOf = [] }, value, at) =>
    say(
      anyOf.some((part) => problemsOf(part, value, at).length === 0),
      at,
      "fits none of the alternatives",
    ),
};

/** The schema that a reference leads to; others are themselves. */
export function resolved(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = openApi.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
  if (!found) throw new Error(`The document does not have ${schema.$ref}.`);
  return found;
}

/** The names of the fields that a schema knows, also by reference and in parts; null when it takes any. */
export function fieldsOf(schema: Schema): ReadonlySet<string> | null {
  const own = resolved(schema);
  const parts = [...(own.allOf ?? [])].map(fieldsOf);
  const takesAny =
    own.additionalProperties === true || typeof own.additionalProperties === "object";
  const isFree = own.properties === undefined && own.allOf === undefined;
  if (takesAny || isFree || parts.includes(null)) return null;
  return new Set([
    ...Object.keys(own.properties ?? {}),
    ...parts.flatMap((part) => [...(part ?? [])]),
  ]);
}

/**
 * What is wrong with a value, by a schema of the document. Fields that the schema does not name are wrong
 * also where it does not say so: an answer has nothing that is not documented.
 *
 * @throws {Error} for a keyword that is not checked here, so that nothing passes for want of a reader.
 */
export function problemsOf(schema: Schema, value: unknown, at = ""): readonly string[] {
  const problems = valueProblems(schema, value, at);
  const own = resolved(schema);
  if (own.oneOf !== undefined || own.anyOf !== undefined || !isObject(value)) return problems;
  const known = fieldsOf(schema);
  if (known === null) return problems;
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  return [...problems, ...unknown.map((name) => `${at}/${name}: is not documented`)];
}

function valueProblems(schema: Schema, value: unknown, at: string): readonly string[] {
  return Object.keys(schema).flatMap((keyword) => {
    if (annotations.has(keyword)) return [];
    const check = checks[keyword];
    if (!check) throw new Error(`Nothing here checks the keyword ${keyword}.`);
    return check(schema, value, at);
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What may be left out although the document names it. */
const optionalHeaders = new Set(["link", "idempotency-replayed"]);

/** In how far an answer is not what the document says of its route. */
export function departuresOf(route: string, { status, headers, text }: Answer): readonly string[] {
  if (pages.includes(route)) return [];
  const documented = operations.get(route)?.responses[String(status)];
  if (!documented) return [`${status} is not documented: ${text.slice(0, 300)}`];
  const missing = Object.keys(documented.headers ?? {})
    .filter((name) => !optionalHeaders.has(name.toLowerCase()) && !headers.has(name))
    .map((name) => `${status} comes without its header ${name}`);
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  const { content = {} } = documented;
  if (Object.keys(content).length === 0) {
    return [...missing, ...say(text === "", "", `${status} has a body that is not documented`)];
  }
  const media = content[type];
  if (!media) return [...missing, `${status} as ${type} is not documented`];
  if (!/\bjson$/u.test(type)) return missing;
  const body: unknown = JSON.parse(text);
  const agrees =
    type !== "application/problem+json" || (isObject(body) && body["status"] === status);
  return [
    ...missing,
    ...problemsOf(media.schema, body).map((problem) => `${status} ${problem}`),
    ...say(agrees, "/status", `is not ${status}`),
  ];
}
