/** The pictures that a post shows, and the same post with other addresses for them. */
import { type Post, type PostRevision } from "#domain/posts";

import { digestsIn } from "./addresses";

type Shown = Pick<Post, "content" | "html" | "featureImage" | "ogImage">;

const image = /<img\b[^>]*?\ssrc="([^"]*)"/gu;

/** What the sanitiser writes for the characters that an address can have. */
const decoded = (text: string): string => text.replaceAll("&amp;", "&").replaceAll("&#x27;", "'");

/** Addresses of pictures that are not ours, each once: those of the text in their order, then the others. */
export function foreignPicturesOf({ html, featureImage, ogImage }: Shown): string[] {
  const inText = [...html.matchAll(image)].map(([, source = ""]) => decoded(source));
  const all = [...inText, featureImage ?? "", ogImage ?? ""];
  return [...new Set(all)].filter(
    (address) => /^https?:\/\//iu.test(address) && digestsIn(address).length === 0,
  );
}

/**
 * What a post becomes when its pictures have moved. Its Markdown changes nothing but the addresses; one that
 * is written there in another way than it is rendered stays as it is.
 *
 * @param moved from the old addresses to the new.
 */
export function withPicturesMoved(
  { content, featureImage, ogImage }: Shown,
  moved: ReadonlyMap<string, string>,
): Pick<PostRevision, "content" | "featureImage" | "ogImage"> {
  let text = content;
  for (const [from, to] of moved) {
    for (const spelling of new Set([from, from.replaceAll("&", "&amp;"), decodedPath(from)])) {
      const literal = spelling.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`);
      // Not where it is only the beginning of a longer address.
      text = text.replaceAll(
        new RegExp(`${literal}(?![\\w%&/?=-]|[.:,;!~+@][\\w%])`, "gu"),
        () => to,
      );
    }
  }
  return {
    content: text,
    featureImage: moved.get(featureImage ?? "") ?? featureImage,
    ogImage: moved.get(ogImage ?? "") ?? ogImage,
  };
}

/** Renderers encode what writers do not. */
function decodedPath(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
