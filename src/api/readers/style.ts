/** How the pages look that readers come to from their mail: by day and by night, on any screen. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f4f2ed, #16181b);
  --card: light-dark(#fffefc, #1e2125);
  --ink: light-dark(#1d1f22, #e8e6e1);
  --soft: light-dark(#5c6067, #a9adb4);
  --line: light-dark(#d9d5cc, #3a3f46);
  --main: light-dark(#0b5a8a, #7cc0ee);
  --on-main: light-dark(#ffffff, #0d1a24);
  --grave: light-dark(#a3262a, #f39a96);
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink);
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  display: flex; flex-direction: column; align-items: center; padding: 6vh 1rem 3rem;
}
.site { color: var(--soft); font-weight: 600; margin: 0 0 1rem; letter-spacing: 0.01em; }
main {
  width: 100%; max-width: 34rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 2rem;
}
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 0.8rem; text-wrap: balance; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 0 0 0.4rem; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
ul { margin: 0 0 1rem; padding-left: 1.2rem; }
form { margin: 1.4rem 0 0; }
section { border-top: 1px solid var(--line); margin-top: 1.8rem; padding-top: 1.4rem; }
section form { margin-top: 0.6rem; }
blockquote { margin: 0 0 1rem; padding: 0 0 0 0.9rem; border-left: 3px solid var(--line); }
button, .button {
  font: inherit; font-weight: 600; cursor: pointer; border-radius: 8px; padding: 0.65rem 1.15rem;
  border: 1px solid var(--main); background: var(--main); color: var(--on-main);
  display: inline-block; text-decoration: none; margin: 0 0.5rem 0.5rem 0; text-align: left;
}
button.second, .button.second { background: transparent; color: var(--main); }
button.grave { background: transparent; border-color: var(--grave); color: var(--grave); }
button:hover, .button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
a { color: var(--main); text-underline-offset: 0.15em; }
fieldset { border: 0; margin: 0 0 1.2rem; padding: 0; }
legend { font-weight: 600; padding: 0; margin-bottom: 0.5rem; }
label { font-weight: 600; display: block; margin-bottom: 0.3rem; }
.choice { display: grid; grid-template-columns: auto 1fr; gap: 0 0.7rem; font-weight: 400; margin: 0 0 0.7rem; cursor: pointer; }
.choice input { width: 1.15rem; height: 1.15rem; margin: 0.25rem 0 0; accent-color: var(--main); }
.choice strong { font-weight: 600; }
.choice small { grid-column: 2; }
small, .small { color: var(--soft); font-size: 0.9rem; }
input[type="text"] {
  font: inherit; width: 100%; color: inherit; background: transparent; border: 1px solid var(--soft);
  border-radius: 8px; padding: 0.55rem 0.75rem; margin-bottom: 1.2rem;
}
.done { border-left: 4px solid var(--main); padding-left: 0.8rem; }
@media (max-width: 30rem) { body { padding-top: 1.5rem; } main { padding: 1.3rem; } }
`;

/** How a post looks that is shown by itself. */
export const articleStyle = `
.notice {
  width: 100%; max-width: 46rem; margin: 0 0 1rem; padding: 0.6rem 1rem; border-radius: 8px;
  border: 1px dashed var(--soft); color: var(--soft); font-size: 0.9rem;
}
.notice strong { color: var(--ink); margin-right: 0.4rem; }
main.article { max-width: 46rem; padding: 2.5rem; }
.article header { margin-bottom: 1.6rem; }
.article h1 { font-size: 2rem; margin-bottom: 0.5rem; overflow-wrap: anywhere; }
.article .feature { display: block; width: 100%; border-radius: 8px; margin: 0 0 1.6rem; }
.text h1 { font-size: 1.7rem; }
.text h2 { font-size: 1.4rem; }
.text h3 { font-size: 1.15rem; }
.text :is(h1, h2, h3, h4, h5, h6) { line-height: 1.3; margin: 2rem 0 0.7rem; overflow-wrap: anywhere; }
.text > :first-child { margin-top: 0; }
.text :is(p, ul, ol, dl, blockquote, pre, table, figure) { margin: 0 0 1.1rem; }
.text :is(img, video, audio) { max-width: 100%; height: auto; }
.text :is(figure) { margin-inline: 0; }
.text figcaption { color: var(--soft); font-size: 0.9rem; }
.text :is(ul, ol) { padding-inline-start: 1.4rem; }
.text blockquote { padding-block: 0.1rem; color: var(--soft); }
.text pre {
  overflow-x: auto; padding: 0.9rem 1rem; border-radius: 8px; background: var(--paper);
  border: 1px solid var(--line); line-height: 1.45;
}
.text :is(code, kbd, samp) {
  font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace;
  font-size: 0.88em; overflow-wrap: anywhere;
}
.text pre code { overflow-wrap: normal; }
.text table { display: block; overflow-x: auto; border-collapse: collapse; }
.text :is(th, td) { border: 1px solid var(--line); padding: 0.4rem 0.7rem; text-align: start; vertical-align: top; }
.text hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
.text :is(blockquote, li, td, th) > :last-child { margin-bottom: 0; }
.text section.footnotes { font-size: 0.92rem; border: 0; margin: 0; padding: 0; }
@media (max-width: 30rem) { main.article { padding: 1.3rem; } .article h1 { font-size: 1.6rem; } }
@media print { .notice { display: none; } main.article { border: 0; padding: 0; max-width: none; } }
`;
