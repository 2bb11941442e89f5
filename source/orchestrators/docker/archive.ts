/** One file in and out of a container: the engine speaks tar. */
import {text} from 'node:stream/consumers';
import {extract, pack} from 'tar-stream';

export function packFile(name: string, contents: string): NodeJS.ReadableStream {
  const archive = pack();
  archive.entry({name, mode: 0o600}, contents);
  archive.finalize();
  return archive as unknown as NodeJS.ReadableStream;
}

/** The first file of an archive as text; null for an empty one. Throws for a file that is longer than `bytesMax`. */
export async function unpackFile(stream: NodeJS.ReadableStream, bytesMax: number): Promise<string | null> {
  const archive = extract();
  stream.on('error', error => archive.destroy(error));
  stream.pipe(archive);
  for await (const entry of archive) {
    const {name, size} = entry.header;
    if (size > bytesMax) throw new Error(`${name} has ${size} bytes: more than is read`);
    return text(entry);
  }
  return null;
}
