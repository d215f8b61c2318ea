import { html } from "hono/html";

import { type Html, inline } from "./html";
import {
  type ApiDocument,
  isNullable,
  nameOf,
  type Parameter,
  resolve,
  type Schema,
  typesOf,
} from "./shape";

type Schemas = ApiDocument["components"]["schemas"];

/** What a field may hold, in words; a named schema is a link to its description. */
export function typeView(schema: Schema): Html {
  const name = nameOf(schema);
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`;
  const options = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  if (options.length > 0) {
    return html`${options.map((each, at) => html`${at === 0 ? "" : " or "}${typeView(each)}`)}`;
  }
  if (schema.enum) return html`${schema.enum.map((each) => JSON.stringify(each)).join(" or ")}`;
  const or = isNullable(schema) ? " or null" : "";
  if (schema.items) return html`array of ${typeView(schema.items)}${or}`;
  const type = typesOf(schema).join(" or ") || (schema.type === "null" ? "null" : "any JSON");
  return html`${type}${schema.format === undefined ? "" : `, ${schema.format}`}${or}`;
}

function between(least: number | undefined, most: number | undefined, unit: string): string[] {
  if (least !== undefined && most !== undefined) return [`${least} to ${most}${unit}`];
  if (most === 0) return [`no${unit}`];
  if (most !== undefined) return [`at most ${most}${unit}`];
  return least === undefined ? [] : [`at least ${least}${unit}`];
}

/** The limits of a value, as short as they can be said. */
function rulesOf(schema: Schema): string {
  return [
    ...between(schema.minLength, schema.maxLength, " characters"),
    ...between(schema.minimum, schema.maximum, ""),
    ...between(schema.minItems, schema.maxItems, " items"),
    ...(schema.pattern === undefined ? [] : [`like \`${schema.pattern}\``]),
    ...(schema.default === undefined ? [] : [`${JSON.stringify(schema.default)} if left out`]),
  ].join("; ");
}

interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isNeeded: boolean;
  readonly description: string;
}

const fieldView = ({ name, schema, isNeeded, description }: Field, schemas: Schemas): Html => {
  const rules = rulesOf(schema);
  const inner = schema.properties ? schema : schema.items;
  return html`<div>
    <dt>
      <span class="field">${name}</span> <span class="type">${typeView(schema)}</span>
      ${isNeeded ? html`<span class="needed">required</span>` : ""}
    </dt>
    ${description ? html`<dd>${inline(description)}</dd>` : ""}
    ${rules ? html`<dd class="rule">${inline(rules)}</dd>` : ""}
    ${inner?.properties ? html`<dd>${fieldsView(inner, schemas, false)}</dd>` : ""}
  </div>`;
};

const listView = (fields: readonly Field[], schemas: Schemas): Html =>
  html`<dl class="fields">${fields.map((each) => fieldView(each, schemas))}</dl>`;

/**
 * The fields of an object, or of each of the objects it can be. What is required is marked where somebody
 * has to send it.
 */
export function fieldsView(schema: Schema, schemas: Schemas, isSent: boolean): Html {
  const whole = resolve(schema, schemas);
  if (whole.oneOf) {
    return html`${whole.oneOf.map(
      (each, at) =>
        html`<p class="variant">${at === 0 ? "Either" : "Or"}</p>
          ${fieldsView(each, schemas, isSent)}`,
    )}`;
  }
  const { properties, required = [] } = whole;
  if (!properties) return html`<p class="type">${typeView(whole)}</p>`;
  const fields = Object.entries(properties).map(([name, each]) => ({
    name,
    schema: each,
    isNeeded: isSent && required.includes(name),
    description: each.description ?? "",
  }));
  return listView(fields, schemas);
}

export const parametersView = (parameters: readonly Parameter[], schemas: Schemas): Html =>
  listView(
    parameters.map(({ name, schema, required, description = "" }) => ({
      name,
      schema,
      isNeeded: required,
      description,
    })),
    schemas,
  );
