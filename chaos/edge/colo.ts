/**
 * What `caches.default` stands on in one city: a worker that keeps entries in its memory, each for its
 * `max-age`. It speaks what workerd speaks to a cache: GET, PUT with a whole response as its body, PURGE; and
 * says in `CF-Cache-Status` whether it had something. The isolates of a city have an address each, and are one
 * site: what is kept by one is found by all.
 */
export const colo = `
const kept = new Map();
const nameOf = ({ url }) => url.slice(url.indexOf("/", 8));

const nothing = () => new Response(null, { status: 504, headers: { "CF-Cache-Status": "MISS" } });

function headersOf(text) {
  const lines = text.split("\\r\\n").slice(1);
  return lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
}

async function keep(request) {
  const bytes = new Uint8Array(await request.arrayBuffer());
  const latin = new TextDecoder("latin1").decode(bytes);
  const end = latin.indexOf("\\r\\n\\r\\n");
  const headers = new Headers(headersOf(latin.slice(0, end)));
  const seconds = Number(/max-age=(\\d+)/.exec(headers.get("cache-control") ?? "")?.[1] ?? 0);
  headers.delete("transfer-encoding");
  kept.set(nameOf(request), { headers, body: bytes.slice(end + 4), until: Date.now() + seconds * 1000 });
  return new Response(null, { status: 204 });
}

export default {
  async fetch(request) {
    if (request.method === "PUT") return keep(request);
    if (request.method === "PURGE") return new Response(null, { status: kept.delete(nameOf(request)) ? 200 : 404 });
    const entry = kept.get(nameOf(request));
    if (!entry || entry.until <= Date.now()) return nothing();
    const headers = new Headers(entry.headers);
    headers.set("CF-Cache-Status", "HIT");
    return new Response(entry.body, { headers });
  },
};`;
