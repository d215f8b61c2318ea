/**
 * What an OpenAPI 3.1 document of this API has. Narrower than the specification: responses and request
 * bodies are written where they belong, so that only schemas and examples are references.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly examples: Readonly<Record<string, Example>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly [string, ...string[]];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Schema;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string }>>;
  readonly content?: Content;
}

export type Content = Readonly<Record<string, Media>>;

export interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, Example | { readonly $ref: string }>>;
}

export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly example?: unknown;
}

const PREFIX = "#/components/schemas/";

/** The name of the schema that this one refers to; undefined when it refers to none. */
export const nameOf = ({ $ref }: Schema): string | undefined => $ref?.slice(PREFIX.length);

/** The schema itself: references followed, and the parts of `allOf` made one. */
export function resolve(schema: Schema, schemas: ApiDocument["components"]["schemas"]): Schema {
  const { $ref: _, allOf = [], ...own } = schema;
  const target = schemas[nameOf(schema) ?? ""];
  const inherited = [...(target ? [target] : []), ...allOf].map((part) => resolve(part, schemas));
  const parts = [...inherited, own];
  const properties = Object.assign({}, ...parts.map((part) => part.properties));
  const required = parts.flatMap((part) => part.required ?? []);
  return {
    ...Object.assign({}, ...parts),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** The types a schema allows, without null. */
export const typesOf = ({ type }: Schema): readonly string[] =>
  (typeof type === "string" ? [type] : (type ?? [])).filter((each) => each !== "null");

/** Whether null is among what a schema allows. */
export const isNullable = (schema: Schema): boolean =>
  (Array.isArray(schema.type) && schema.type.includes("null")) ||
  [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].some(({ type }) => type === "null");
