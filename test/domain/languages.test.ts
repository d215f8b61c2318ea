import { describe, expect, it } from "vitest";

import { languageOf } from "#domain/languages";

describe("the language of a text", () => {
  it.each([
    ["de", "de"],
    ["pt_br", "pt-BR"],
    [" EN-gb ", "en-GB"],
    ["zh-hant", "zh-Hant"],
  ])("is what its author says: %j", (said, language) => {
    expect(languageOf(said, "Ξεσκεπάζω")).toBe(language);
  });

  it.each([undefined, null, 5, "", "english language", ["de"]])(
    "is told by its script when its author says %j",
    (said) => {
      expect(languageOf(said, "Ξεσκεπάζω την ψυχοφθόρα, by Ann")).toBe("el");
    },
  );

  it.each([
    ["en", "The quick brown fox"],
    ["en", "5 + 5 = 🚀"],
    ["en", ""],
    ["und-Cyrl", "Съешь же ещё"],
    ["zh", "敏捷的棕色狐狸跳过了懒狗，日语里写作「の」"],
    ["ja", "東京の図書館とカタカナ"],
    ["ko", "다람쥐 헌 쳇바퀴에 漢字"],
  ])("is %s for %s", (language, text) => {
    expect(languageOf(undefined, text)).toBe(language);
  });
});
