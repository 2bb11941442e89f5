/** Why a server couldn't be read, in one short line: the codes of sockets and clients in words. */
import {clean} from '../../clean.ts';

const reasonMax = 200;

/** A failure whose message is words for an operator already, with nothing to add. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** `what` names the server; a `SourceError` says the rest by itself. */
export function failureWords(error: unknown, what: string): string {
  return clean(`${what}: ${wordsOf(error)}`).slice(0, reasonMax);
}

function wordsOf(error: unknown): string {
  const all = causesOf(error);
  const own = all.find(one => one instanceof SourceError);
  if (own) return own.message;
  for (const one of all) {
    const words = codeWords[(one as NodeJS.ErrnoException).code ?? ''];
    if (words !== undefined) return words;
  }
  const [first] = all;
  const message = first?.message.trim() ?? String(error);
  return message === '' ? 'it failed without a word' : message;
}

const codeWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it broke the connection off',
  EPIPE: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ETIMEDOUT: 'no answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  ENOENT: 'it is not there',
  EACCES: 'it may not be opened: check the permissions',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: give the authority with NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted: give the authority with NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted: give the authority with NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** The error, what caused it, and, where several addresses were tried, each of theirs. */
function causesOf(error: unknown): readonly Error[] {
  const found: Error[] = [];
  const look = (one: unknown) => {
    if (!(one instanceof Error) || found.includes(one) || found.length >= 20) return;
    found.push(one);
    if (one instanceof AggregateError) one.errors.forEach(look);
    look(one.cause);
  };
  look(error);
  return found;
}
