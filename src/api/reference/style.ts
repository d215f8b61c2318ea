/** How the reference looks: on a screen by day and by night, on a telephone, and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfcfa, #16181b);
  --panel: light-dark(#f4f2ed, #1e2125);
  --ink: light-dark(#1d1f22, #e4e2dd);
  --soft: light-dark(#5c6067, #a2a6ad);
  --line: light-dark(#dedad2, #33373d);
  --link: light-dark(#0b5a8a, #7cc0ee);
  --mark: light-dark(#fff3c4, #3c3415);
  --get: light-dark(#0b5a8a, #7cc0ee);
  --post: light-dark(#1f6b3a, #7fd39b);
  --patch: light-dark(#85520a, #e6b566);
  --delete: light-dark(#a3262a, #f39a96);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
}
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0; text-wrap: balance; }
h1 { font-size: 2rem; letter-spacing: -0.01em; }
h2 { font-size: 1.45rem; margin-top: 2.5rem; }
h3 { font-size: 1.15rem; }
h4 { font-size: 0.8rem; letter-spacing: 0.05em; text-transform: uppercase; color: var(--soft); margin-top: 1.4rem; }
p, ul { margin: 0.6rem 0; }
ul { padding-left: 1.2rem; }
code, pre, .type { font-family: var(--mono); font-size: 0.86em; }
p code, li code, dd code { background: var(--panel); border-radius: 3px; padding: 0.1em 0.3em; overflow-wrap: anywhere; }
pre {
  background: var(--panel); border: 1px solid var(--line); border-radius: 6px; margin: 0.4rem 0 1rem;
  padding: 0.7rem 0.9rem; overflow: auto; max-height: 30rem; line-height: 1.45; tab-size: 2;
}
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 90rem; margin: 0 auto; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; overscroll-behavior: contain;
  padding: 1.6rem 1rem 2rem 1.4rem; border-right: 1px solid var(--line); font-size: 0.88rem;
}
nav a { color: inherit; text-decoration: none; display: block; padding: 0.13rem 0.4rem; border-radius: 4px; }
nav a:hover { background: var(--panel); }
nav ul { list-style: none; margin: 0; padding: 0; color: var(--soft); }
nav .chapter { font-weight: 600; margin-top: 0.9rem; }
nav .name { font-size: 1.1rem; font-weight: 700; }
main { padding: 1.6rem 2.2rem 5rem; min-width: 0; }
.lead { max-width: 46rem; }
.object { padding-top: 1.8rem; }
.lead h2 { font-size: 1.15rem; margin-top: 1.8rem; }
.chapter-head { border-top: 1px solid var(--line); margin-top: 3.5rem; padding-top: 1.6rem; }
.chapter-head h2 { margin: 0; text-transform: capitalize; }
.operation { padding: 2rem 0 0.5rem; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); gap: 0 2.2rem; }
.operation > header { grid-column: 1 / -1; }
h2 a, h3 a { color: inherit; text-decoration: none; }
h2 a:hover::after, h3 a:hover::after { content: " #"; color: var(--soft); }
:target > header h3, :target > h3, h2:target { background: var(--mark); box-shadow: 0 0 0 0.35rem var(--mark); border-radius: 1px; }
.route { font-family: var(--mono); font-size: 0.95rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
.verb { font-weight: 700; margin-right: 0.5rem; }
.GET { color: var(--get); } .POST { color: var(--post); } .PUT, .PATCH { color: var(--patch); } .DELETE { color: var(--delete); }
.who { color: var(--soft); font-size: 0.92rem; }
.fields { margin: 0.4rem 0; border-top: 1px solid var(--line); }
.fields > div { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
.fields dt { display: flex; flex-wrap: wrap; gap: 0 0.6rem; align-items: baseline; }
.fields dd { margin: 0.15rem 0 0; font-size: 0.92rem; }
.fields .fields { margin: 0.5rem 0 0; padding-left: 0.9rem; border-left: 2px solid var(--line); border-top: 0; }
.fields .fields > div:last-child { border-bottom: 0; padding-bottom: 0; }
.field { font-family: var(--mono); font-size: 0.88em; font-weight: 650; }
.type { color: var(--soft); overflow-wrap: anywhere; }
.needed { color: var(--delete); font-size: 0.8rem; }
.rule { color: var(--soft); }
.answers { list-style: none; padding: 0; }
.answers > li { display: grid; grid-template-columns: 2.9rem minmax(0, 1fr); padding: 0.25rem 0; }
.status { font-family: var(--mono); font-size: 0.88em; font-weight: 650; padding-top: 0.1rem; }
.codes { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; }
.codes a { color: inherit; text-decoration: none; }
.codes a:hover { text-decoration: underline; }
.codes code { color: var(--link); }
.small { color: var(--soft); font-size: 0.88rem; }
.samples h4 { margin-top: 0; }
.variant { margin-top: 0.8rem; font-size: 0.9rem; color: var(--soft); }
.error { padding-top: 1.7rem; max-width: 46rem; }
.error h3 code { color: var(--soft); font-weight: 400; margin-right: 0.4rem; font-size: 1em; }
.error dl { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.2rem 1rem; margin: 0.5rem 0; }
.error dt { color: var(--soft); } .error dd { margin: 0; }
summary { cursor: pointer; }
@media (max-width: 75rem) {
  .operation { display: block; }
}
@media (max-width: 55rem) {
  .page { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem 1.1rem; }
  nav ul ul { display: none; }
  nav > ul { display: flex; flex-wrap: wrap; gap: 0 0.4rem; }
  nav .chapter { margin: 0; font-weight: 400; }
  main { padding: 1rem 1.1rem 3rem; }
  .error dl { display: block; } .error dd { margin-bottom: 0.5rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; font-size: 11px; }
  body { font-size: 1rem; }
  nav { display: none; }
  .page, .operation { display: block; }
  pre { max-height: none; white-space: pre-wrap; }
  header, .fields > div, .answers > li { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .operation { padding-top: 1.2rem; }
  a { color: inherit; }
}
`;
