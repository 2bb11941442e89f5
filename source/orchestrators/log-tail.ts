/**
 * The last lines of what a replica wrote, out of a stream that may be without end and without a line: bytes in, clean
 * lines out, in bounded room. It asks nobody.
 */
import {cleanUpTo} from '../clean.ts';
import type {LogLine} from '../ports.ts';

/** A line longer than this is no line to read; the rest of it is dropped. In characters, then in bytes. */
const lineMax = 2000;
const lineBytesMax = 4 * lineMax;
/** What is kept of one replica, in bytes: at least the last line. */
const keptMax = 64 * 1024;
/** Of all replicas together, in characters. */
const answerMax = 256 * 1024;

export interface LogReader {
  take(chunk: Buffer): void;
  /** The last of them, the oldest first, as they came. */
  lines(): readonly Buffer[];
}

/** `framed` where each piece says of itself which stream it is of, as all do that have no terminal. */
export function createLogReader(framed: boolean, linesMax: number): LogReader {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  const open = new Map<number, {pieces: Buffer[]; bytes: number}>();
  let header = Buffer.alloc(0);
  let stream = 1;
  let left = 0;

  function keep(line: Buffer): void {
    kept.push(line);
    keptBytes += line.length;
    while (kept.length > linesMax || (keptBytes > keptMax && kept.length > 1)) keptBytes -= kept.shift()?.length ?? 0;
  }

  function append(text: Buffer): void {
    const line = open.get(stream) ?? {pieces: [], bytes: 0};
    open.set(stream, line);
    const piece = text.subarray(0, Math.max(0, lineBytesMax - line.bytes));
    // A copy: what it was cut from is not held on to.
    if (piece.length > 0) line.pieces.push(Buffer.from(piece));
    line.bytes += piece.length;
  }

  function write(text: Buffer): void {
    let from = 0;
    for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, from)) {
      append(text.subarray(from, at));
      keep(Buffer.concat(open.get(stream)?.pieces ?? []));
      open.delete(stream);
      from = at + 1;
    }
    if (from < text.length) append(text.subarray(from));
  }

  function takeFrames(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const part = rest.subarray(0, left);
        write(part);
        left -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const missing = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < headerBytes) return;
      stream = header[0] ?? 1;
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }

  return {
    take: chunk => (framed ? takeFrames(chunk) : write(chunk)),
    lines: () => [...kept, ...[...open.values()].map(({pieces}) => Buffer.concat(pieces))].slice(-linesMax),
  };
}

/** The kind of stream, three bytes of nothing, and the length. */
const headerBytes = 8;

/** A line with the time before it, as the engine puts it there. */
export function logLine(bytes: Buffer, replica: string): LogLine {
  const raw = bytes.toString('utf8');
  const stamp = /^(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) ?/.exec(raw);
  const at = stamp ? Date.parse(stamp[1] ?? '') : Number.NaN;
  return {replica, at: Number.isNaN(at) ? null : at, text: cleanLine(raw.slice(stamp?.[0].length ?? 0))};
}

/** Made harmless; letters that carry a heap of marks, and signs that terminals draw in different widths, are made plain. */
export function cleanLine(text: string): string {
  return cleanUpTo(lineMax, text)
    .replaceAll(/[\ufe00-\ufe0f]|\p{Variation_Selector}/gu, '')
    .replaceAll(/(\p{M}{2})\p{M}+/gu, '$1')
    .trimEnd();
}

/** The last of all replicas' lines by time; a line without one stands where it came. */
export function mergeTails(tails: readonly (readonly LogLine[])[], linesMax: number): readonly LogLine[] {
  const timed = tails.flatMap(lines => {
    let last = 0;
    return lines.map(line => ({line, at: (last = Math.max(last, line.at ?? 0))}));
  });
  const lines = timed.sort((a, b) => a.at - b.at).map(({line}) => line);
  let room = answerMax;
  let from = lines.length;
  while (from > 0 && lines.length - from < linesMax) {
    room -= (lines[from - 1]?.text.length ?? 0) + (lines[from - 1]?.replica.length ?? 0);
    if (room < 0) break;
    from--;
  }
  return lines.slice(from);
}
