const LONGEST_LINE = 1024 * 1024;

/** The JSON values of a stream, one a line, however the chunks are cut. Throws on what is no JSON or over 1 MiB long. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new Error('a line of the stream is over 1 MiB long');
    for (const line of lines) {
      if (line.trim() !== '') yield JSON.parse(line);
    }
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield JSON.parse(rest);
}
