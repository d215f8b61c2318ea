import { Parser } from "htmlparser2";
import { describe, expect, it } from "vitest";

import { renderMarkdown } from "#domain/markdown";
import { contrast, day, night, readableOn } from "#domain/work/newsletter/colors";
import { toMailHtml } from "#domain/work/newsletter/content";
import { compileTemplate } from "#domain/work/newsletter/places";
import { toMailText } from "#domain/work/newsletter/plain";
import { type Letter, renderLetter } from "#domain/work/newsletter/template";
import { createVectors } from "#test/domain/markdown-vectors";

const options = {
  url: "https://tide.example/low-water",
  mediaUrl: "https://api.tide.example",
  accent: "#9b3d1e",
};

const letter: Letter = {
  newsletter: { name: "The weekly letter", postalAddress: "1 Quay\nOstend", accentColor: null },
  post: {
    title: "Low water",
    content: "Dear {{name|reader}}, some *words*.",
    customExcerpt: null,
    featureImage: "/media/cover.png",
    slug: "low-water",
    publishedAt: "2026-11-23T23:30:00.000Z",
    authors: [{ name: "Ada" }, { name: "Grace" }, { name: "Mary" }],
    metadata: {},
  },
  siteTitle: "The Tide",
  siteUrl: "https://tide.example",
  apiUrl: "https://api.tide.example",
};

const render = (
  post: Partial<Letter["post"]> = {},
  newsletter: Partial<Letter["newsletter"]> = {},
) =>
  renderLetter({
    ...letter,
    post: { ...letter.post, ...post },
    newsletter: { ...letter.newsletter, ...newsletter },
  });

describe("a letter", () => {
  it("has what mail about a post needs, in both parts", () => {
    const { subject, html, text } = render();
    expect(subject).toBe("Low water");
    for (const part of [html, text]) {
      expect(part).toContain("Ada, Grace and Mary · 23 November 2026");
      expect(part).toContain("https://tide.example/low-water");
      expect(part).toContain("{{unsubscribe_url}}");
      expect(part).toContain("{{preferences_url}}");
      expect(part).toContain("The weekly letter");
      expect(part).toContain("Ostend");
    }
    expect(html).toContain('src="https://api.tide.example/media/cover.png"');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
  });

  it("is the same bytes for the same post", () => {
    expect(render()).toEqual(render());
  });

  it("has no markup in it that came from names, titles and addresses", () => {
    const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const { html } = renderLetter({
      ...letter,
      siteTitle: attack,
      newsletter: { name: attack, postalAddress: attack, accentColor: null },
      post: { ...letter.post, title: attack, customExcerpt: attack, authors: [{ name: attack }] },
    });
    expect(html).not.toMatch(/<script|<img src=x/u);
  });

  it("has a subject of one line", () => {
    expect(render({ title: "X\r\nBcc: a@example.com\u2028Y" }).subject).toBe(
      "X Bcc: a@example.com Y",
    );
  });

  it("is written from right to left where its language is", () => {
    expect(render({ metadata: { lang: "ar" } }).html).toContain('<html lang="ar" dir="rtl">');
  });

  it("loads nothing but pictures, and runs nothing", () => {
    const { html } = render({ content: createVectors().join("\n\n") });
    const names = new Set<string>();
    const attributes = new Set<string>();
    const addresses = new Set<string>();
    const parser = new Parser({
      onopentag(name, found) {
        names.add(name);
        for (const [key, value] of Object.entries(found)) {
          attributes.add(key);
          if (key === "href" || key === "src") addresses.add(value);
        }
      },
    });
    parser.end(html);
    expect([...names]).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(?:script|iframe|object|form|link|svg|base)$/u),
      ]),
    );
    expect([...attributes].filter((name) => name.startsWith("on") || name === "srcset")).toEqual(
      [],
    );
    expect([...addresses].filter((url) => !/^(?:https?:|mailto:|tel:|\{\{)/u.test(url))).toEqual(
      [],
    );
    expect(addresses.size).toBeGreaterThan(10);
  });
});

describe("the words of a letter", () => {
  const html = (markdown: string): string => toMailHtml(renderMarkdown(markdown).html, options);
  const text = (markdown: string): string => toMailText(renderMarkdown(markdown).html, options);

  it("lead where they led on the page", () => {
    expect(html("[a](/tides) [b](next?x=1) [c](https://else.example/)")).toMatch(
      /href="https:\/\/tide\.example\/tides".*href="https:\/\/tide\.example\/next\?x=1".*href="https:\/\/else\.example\/"/u,
    );
  });

  it("have pictures of no more than the width of the mail", () => {
    expect(html('<img src="/media/a.png" alt="A" width="2000">')).toContain(
      '<img src="https://api.tide.example/media/a.png" alt="A" width="536"',
    );
  });

  it("have a link where a film or sound was", () => {
    expect(html('<video src="/media/a.mp4">no</video>')).toContain(
      'href="https://api.tide.example/media/a.mp4"',
    );
    expect(html('<video src="/media/a.mp4">no</video>')).not.toContain("no<");
  });

  it.each([
    ["- a\n- b\n  1. c", "- a\n- b\n  1. c"],
    ["3. a\n4. b", "3. a\n4. b"],
    ["> a\n>\n> b", "> a\n>\n> b"],
    ["[a](/b) <https://c.example/>", "a (https://tide.example/b) https://c.example/"],
    ["a  \nb\nc", "a\nb c"],
    ["```\na\n  b\n```", "    a\n      b"],
    ["| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"],
    ["- [x] done\n- [ ] open", "- [x] done\n- [ ] open"],
    ["a\n\n---\n\nb", "a\n\n* * *\n\nb"],
    ["![the pier](/p.png)", "[the pier]"],
    ["a &lt;b&gt; &amp; c", "a <b> & c"],
  ])("can be read without their markup: %j", (markdown, wanted) => {
    expect(text(markdown)).toBe(wanted);
  });
});

describe("places", () => {
  const fill = (source: string, name = "Ada") =>
    compileTemplate(
      source,
      (value) => `<${value}>`,
    )({
      name,
      unsubscribe_url: "https://u",
      preferences_url: "https://p",
    });

  it.each([
    ["Dear {{name}}.", "Dear <Ada>."],
    ["Dear {{ name | friend }}.", "Dear <Ada>."],
    ["{{unsubscribe_url}} {{preferences_url}}", "<https://u> <https://p>"],
    ["{{constructor}} {{__proto__}} {{name", "{{constructor}} {{__proto__}} {{name"],
    ["{{name}}{{name}}", "<Ada><Ada>"],
    ["", ""],
  ])("are filled, and nothing else is: %j", (source, wanted) => {
    expect(fill(source)).toBe(wanted);
  });

  it("say something else to who gave no name", () => {
    expect(fill("Dear {{name|friend}}, {{name}}!", "")).toBe("Dear friend, !");
  });

  it("are filled once: a name that looks like a place is a name", () => {
    expect(fill("{{name}}", "{{unsubscribe_url}}")).toBe("<{{unsubscribe_url}}>");
  });
});

describe("colours", () => {
  it.each(["#ffcc00", "#ffffff", "#000000", "#9b3d1e", "#808080", "#0000ff"])(
    "can be read by day and by night: %s",
    (color) => {
      for (const { sheet } of [day, night]) {
        expect(contrast(readableOn(sheet, color), sheet)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it("stay as they are where they can be read", () => {
    expect(readableOn(day.sheet, "#9b3d1e")).toBe("#9b3d1e");
  });
});
