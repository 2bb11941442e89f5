/** One question over HTTP: bounded in time by the signal and in size here, with what went wrong in words. */
import {SourceError} from './failure.ts';

/** How a server wants to be told who asks; null for what isn't given. */
export interface HttpAccess {
  readonly headers: Readonly<Record<string, string>>;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

export interface HttpQuestion {
  readonly url: string;
  readonly access: HttpAccess;
  /** An answer that is longer isn't read to its end. */
  readonly bytesMax?: number;
  /** What the body of a refusal says of it; null where it says nothing of use. */
  readonly explain?: (body: string) => string | null;
}

const usualBytesMax = 4 * 1024 * 1024;
/** Whoever refuses has said why within this. */
const refusalBytesMax = 64 * 1024;

/** Throws `SourceError` for any answer but 200. */
export async function fetchText({url, access, bytesMax = usualBytesMax, explain}: HttpQuestion, signal: AbortSignal): Promise<string> {
  const {address, headers} = withAccess(url, access);
  const response = await fetch(address, {headers, signal, redirect: 'follow'});
  if (!response.ok) {
    const words = explain ? explain(await readBounded(response, refusalBytesMax)) : null;
    if (!explain) await response.body?.cancel();
    throw new SourceError(words ?? statusWords(response.status));
  }
  return readBounded(response, bytesMax);
}

/** Throws `SourceError` for what isn't JSON, such as a web page. */
export async function fetchJson(question: HttpQuestion, signal: AbortSignal): Promise<unknown> {
  const text = await fetchText(question, signal);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SourceError(notWords(text, 'JSON'));
  }
}

/** What was got instead of what was wanted, such as `answered with a web page, not JSON`. */
export function notWords(text: string, wanted: string): string {
  const start = text.trimStart().slice(0, 200);
  if (start === '') return `answered with nothing, not ${wanted}`;
  if (/^<(!doctype|html|\?xml)/i.test(start)) return `answered with a web page, not ${wanted}`;
  return `answered with something else than ${wanted}: ${start.slice(0, 40)}`;
}

/** `web:8080/stats`: where it is, without a name or a password. */
export function placeOf(url: string): string {
  try {
    const {host, pathname} = new URL(url);
    return host + (pathname === '/' ? '' : pathname);
  } catch {
    return 'an address that is none';
  }
}

function withAccess(url: string, {headers, username, password, token}: HttpAccess): {address: URL; headers: Record<string, string>} {
  const address = new URL(url);
  const name = username ?? decodeURIComponent(address.username);
  const word = password ?? decodeURIComponent(address.password);
  address.username = '';
  address.password = '';
  const all: Record<string, string> = {accept: '*/*', ...headers};
  if (token !== null) all['authorization'] = `Bearer ${token}`;
  else if (name !== '' || word !== '') all['authorization'] = `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`;
  for (const [header, value] of Object.entries(all)) refuseUnsendable(header, value);
  return {address, headers: all};
}

/** fetch would repeat the value in its own message, and it may be a secret. */
function refuseUnsendable(header: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) throw new SourceError('can’t be asked: the name of a header holds what HTTP can’t carry');
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new SourceError(`can’t be asked: the header ${header} holds what HTTP can’t carry, such as the end of a line`);
}

function statusWords(status: number): string {
  switch (status) {
    case 401:
      return 'refused the name or password (HTTP 401)';
    case 403:
      return 'does not let us read this (HTTP 403)';
    case 404:
      return 'knows nothing of it (HTTP 404)';
    default:
      return `answered with HTTP ${status}`;
  }
}

async function readBounded(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (!response.body) return '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new SourceError(`answered with more than ${Math.round(bytesMax / 1024 ** 2)} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
