/** Attributes of the allow-list that hold one address each. */
const single = /(?<= )(href|src|poster|cite)="([^"]*)"/g;
const several = /(?<= )srcset="([^"]*)"/g;

/** What a browser reads against nothing. */
const complete = /^[a-z][a-z\d+.-]*:/i;

/**
 * Sanitised HTML whose links and pictures are found from anywhere. What is already complete stays as it is.
 *
 * @param html as `renderMarkdown` gives it: no `<` or `>` inside an attribute, all of them in double quotes.
 * @param resolve answers an address as it stood in the text, or null to leave it alone.
 */
export function withAbsoluteAddresses(
  html: string,
  resolve: (address: string) => string | null,
): string {
  const absolute = (written: string): string => {
    const address = unescape(written);
    if (complete.test(address)) return written;
    const resolved = resolve(address);
    return resolved === null ? written : escape(resolved);
  };
  return html.replaceAll(/<[a-z][a-z\d]* [^<>]*>/g, (tag) =>
    tag
      .replaceAll(single, (_, name: string, value: string) => `${name}="${absolute(value)}"`)
      .replaceAll(several, (_, value: string) => `srcset="${absoluteSet(value, absolute)}"`),
  );
}

const absoluteSet = (value: string, absolute: (written: string) => string): string =>
  value
    .split(/,\s+|(?<=\s\d{1,5}[wx]),/)
    .map((candidate) => {
      const [url = "", ...descriptor] = candidate.trim().split(/\s+/);
      return [absolute(url), ...descriptor].join(" ");
    })
    .join(", ");

/** What the sanitiser writes in attributes, and nothing else. */
const characters: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
};

const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot);/g, (written) => characters[written] ?? written);

const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
