/** The binding of Cloudflare Images, as far as the worker uses it, over a harness that has sharp. */
export function createImages(origin: string): ImagesBinding {
  const ask = async (what: string, body: ReadableStream<Uint8Array>): Promise<Response> => {
    const bytes = await new Response(body).arrayBuffer();
    const response = await fetch(`${origin}/images/${what}`, { method: "POST", body: bytes });
    if (response.ok) return response;
    const { message, code } = await response.json<{ message: string; code: number }>();
    throw Object.assign(new Error(`IMAGES_${what}_ERROR ${code}: ${message}`), { code });
  };
  const input = (stream: ReadableStream<Uint8Array>) => {
    const steps: unknown[] = [];
    const transformer = {
      transform(step: unknown) {
        steps.push(step);
        return transformer;
      },
      draw: () => {
        throw new Error("The harness does not draw.");
      },
      async output(options: { format: string }) {
        const plan = encodeURIComponent(JSON.stringify({ steps, options }));
        const response = await ask(`transform?plan=${plan}`, stream);
        return {
          response: () =>
            new Response(response.body, { headers: { "content-type": options.format } }),
          contentType: () => options.format,
          image: () => response.body ?? new Blob([]).stream(),
        };
      },
    };
    return transformer;
  };
  const binding = {
    info: async (stream: ReadableStream<Uint8Array>) => (await ask("info", stream)).json(),
    input,
  };
  return binding as unknown as ImagesBinding;
}
