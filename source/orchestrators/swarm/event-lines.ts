/** A manager's event stream as lines, and what of a line matters here. */

/** An event is a few hundred bytes; what has no end is no event stream. */
const lineMax = 1024 * 1024;

/** Calls back with each whole line; a stream without ends of lines is destroyed. */
export function followLines(stream: NodeJS.ReadableStream, heard: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineMax) return (stream as {destroy?: () => void}).destroy?.();
    for (const line of lines) if (line.trim() !== '') heard(line);
  });
}

/** The id of the service or node that an event is about; null for what is no event. */
export function eventActor(line: string): string | null {
  try {
    const {Actor: actor} = JSON.parse(line) as {Actor?: {ID?: unknown}};
    return typeof actor?.ID === 'string' ? actor.ID : null;
  } catch {
    return null;
  }
}
