import {
  BodyTooLarge,
  CredentialsInvalid,
  CredentialsMissing,
  CrossSiteRequest,
  IdempotencyKeyInvalid,
  IfMatchRequired,
  MalformedRequest,
  NotConfigured,
  SessionRequired,
  Unexpected,
  ValidationFailed,
} from "#api/exceptions";
import type { ExceptionClass } from "#api/openapi";

import { catalogue } from "./catalogue";
import { exampleOf } from "./examples";
import type { Answer, ApiDocument, Content, Operation, Parameter } from "./shape";

type Schemas = ApiDocument["components"]["schemas"];

const PROBLEM = "application/problem+json";

/** The internal codes that an operation says it can answer, lowest first. */
export function codesOf({ responses }: Operation): number[] {
  return Object.values(responses)
    .flatMap(({ content }) => content?.[PROBLEM]?.schema.allOf?.[1]?.properties?.["internal_code"])
    .flatMap((schema) => (schema?.enum ?? []) as number[])
    .toSorted((one, other) => one - other);
}

/** The exceptions of an operation as a route describes it: the generator keeps them all as examples. */
const described = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.[PROBLEM]?.examples ?? {}),
  );

/** What the app's middleware can answer before a route is asked, by method. */
const added = (method: string): readonly ExceptionClass[] => [
  ValidationFailed,
  Unexpected,
  NotConfigured,
  ...(method === "get" ? [] : [MalformedRequest, BodyTooLarge, CrossSiteRequest]),
  ...(method === "post" ? [IdempotencyKeyInvalid] : []),
];

/**
 * An operation with all that follows from what its route says: who may call it, what the app itself can
 * answer, the headers those answers have, and an example for everything that is sent.
 */
export function complete(method: string, operation: Operation, schemas: Schemas): Operation {
  const names = new Set([...described(operation), ...added(method).map(({ name }) => name)]);
  const raised = catalogue.filter(({ name }) => names.has(name));
  const { requestBody, parameters = [], ...rest } = operation;
  return {
    ...rest,
    security: operation.security ?? securityOf(raised),
    parameters: parametersOf(operation, parameters, raised).map((each) => shown(each, schemas)),
    ...(requestBody && {
      requestBody: { ...requestBody, content: withExamples(requestBody.content, schemas) },
    }),
    responses: responsesOf(operation, raised, schemas),
  };
}

/** Who may call a route follows from how it refuses the others. */
function securityOf(raised: readonly ExceptionClass[]): NonNullable<Operation["security"]> {
  const person = [{ session: [] }, { sessionCookie: [] }];
  if (raised.includes(SessionRequired)) return person;
  if (raised.includes(CredentialsMissing)) return [...person, { secretKey: [] }];
  if (!raised.includes(CredentialsInvalid)) return [];
  return [{}, { publishableKey: [] }, ...person, { secretKey: [] }];
}

const header = (name: string, description: string, example: string): Parameter => ({
  name,
  in: "header",
  required: false,
  description,
  example,
  schema: { type: "string" },
});

const isMatch = ({ name }: Parameter): boolean => name.toLowerCase() === "if-match";

function parametersOf(
  { responses }: Operation,
  own: readonly Parameter[],
  raised: readonly ExceptionClass[],
): readonly Parameter[] {
  const needsVersion = raised.includes(IfMatchRequired);
  const etag = '"v3-5d41402abc4b2a76"';
  return [
    ...own.map((each) => (isMatch(each) && needsVersion ? { ...each, required: true } : each)),
    ...("304" in responses
      ? [header("If-None-Match", "The ETag of what you have; 304 if it is still so.", etag)]
      : []),
    ...("206" in responses
      ? [header("Range", "The one range of bytes that is wanted.", "bytes=0-65535")]
      : []),
  ];
}

/** A parameter as it is usually written, with an example and its description in one place. */
function shown(parameter: Parameter, schemas: Schemas): Parameter {
  const { description, example, ...schema } = parameter.schema;
  const name =
    parameter.in === "header"
      ? parameter.name.replaceAll(/(?<=^|-)[a-z]/gu, (letter) => letter.toUpperCase())
      : parameter.name;
  return {
    ...parameter,
    ...(description !== undefined && { description }),
    name,
    schema,
    example: parameter.example ?? example ?? exampleOf(schema, schemas, parameter.name),
  };
}

/** JSON, lines of JSON, and other text with an example each; what is no text as it is. */
const withExamples = (content: Content, schemas: Schemas): Content =>
  Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const isText = /[/+-](?:nd)?json$|^text\//u.test(type);
      if (!isText || media.example !== undefined || media.examples !== undefined)
        return [type, media];
      return [type, { ...media, example: exampleOf(media.schema, schemas) }];
    }),
  );

function responsesOf(
  { responses }: Operation,
  raised: readonly ExceptionClass[],
  schemas: Schemas,
): Operation["responses"] {
  const answers = new Map<string, Answer>();
  for (const [status, { content, ...answer }] of Object.entries(responses)) {
    const { [PROBLEM]: problem, ...others } = content ?? {};
    if (problem !== undefined && Object.keys(others).length === 0) continue;
    const kept = content && { content: withExamples(others, schemas) };
    answers.set(status, { ...answer, ...kept });
  }
  for (const [status, classes] of Map.groupBy(raised, (each) => String(each.status))) {
    const problem = problemOf(Number(status), classes);
    const also = answers.get(status);
    answers.set(
      status,
      also === undefined
        ? problem
        : { ...problem, ...also, content: { ...problem.content, ...also.content } },
    );
  }
  return Object.fromEntries(answers);
}

const retry = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } };
const text = { schema: { type: "string" } };

/** Headers that an error brings, by status. */
const errorHeaders: Readonly<Record<number, NonNullable<Answer["headers"]>>> = {
  401: { "WWW-Authenticate": { description: "`Bearer`.", ...text } },
  416: { "Content-Range": { description: "`bytes */` and the size of the file.", ...text } },
  429: retry,
  503: retry,
};

function problemOf(status: number, classes: readonly ExceptionClass[]): Answer {
  const headers = errorHeaders[status];
  return {
    description: classes.map(({ internalCode, title }) => `${internalCode} ${title}`).join(", "),
    ...(headers && { headers }),
    content: {
      [PROBLEM]: {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            {
              properties: {
                internal_code: {
                  type: "integer",
                  enum: classes.map(({ internalCode }) => internalCode),
                },
              },
            },
          ],
        },
        examples: Object.fromEntries(
          classes.map(({ name }) => [name, { $ref: `#/components/examples/${name}` }]),
        ),
      },
    },
  };
}
