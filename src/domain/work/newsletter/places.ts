/** What is personal in a mail. */
export interface Personal {
  readonly name: string;
  readonly unsubscribe_url: string;
  readonly preferences_url: string;
}

/** A text with places in it, ready to be filled in again and again. */
export type Template = (personal: Personal) => string;

const place = /\{\{\s*(name|unsubscribe_url|preferences_url)\s*(?:\|([^{}|]{0,100}))?\}\}/gu;

/**
 * Finds the places of a text: `{{name}}`, `{{name|friend}}` for what to say to who gave none,
 * `{{unsubscribe_url}}`, `{{preferences_url}}`. What else is in braces stays as it is, and so does whatever
 * is filled in: a name that looks like a place is only a name.
 *
 * @param escape what is filled in passes through; what stands in the text does not.
 */
export function compileTemplate(text: string, escape: (value: string) => string): Template {
  const parts: ((personal: Personal) => string)[] = [];
  let at = 0;
  for (const match of text.matchAll(place)) {
    const [whole, key, otherwise = ""] = match;
    const before = text.slice(at, match.index);
    const field = key as keyof Personal;
    const fallback = otherwise.trim();
    parts.push(
      (personal) => before + (personal[field] === "" ? fallback : escape(personal[field])),
    );
    at = match.index + whole.length;
  }
  const rest = text.slice(at);
  return (personal) => parts.map((part) => part(personal)).join("") + rest;
}
