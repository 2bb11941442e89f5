/** Where a Redis is and who asks, from its address and what is given beside it. */
import {SourceError} from './asking/failure.ts';

export interface Who {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
}

export interface Where {
  readonly address: {readonly path: string} | {readonly host: string; readonly port: number; readonly tls?: {readonly servername: string}};
  /** The commands that a new connection begins with. */
  readonly logIn: readonly (readonly string[])[];
}

/** `redis://user:password@host:port/2`, `rediss://…`, or `redis+unix:///run/redis.sock?db=2`. */
export function whereAndWho({url, username, password}: Who): Where {
  const at = parse(url);
  const unix = at.protocol === 'redis+unix:';
  const host = at.hostname.replace(/^\[|\]$/g, '') || 'localhost';
  const tls = at.protocol === 'rediss:' ? {tls: {servername: host}} : {};
  const address = unix ? {path: decodeURIComponent(at.pathname)} : {host, port: Number(at.port || 6379), ...tls};
  const name = username ?? decodeURIComponent(at.username);
  const word = password ?? decodeURIComponent(at.password);
  const db = at.searchParams.get('db') ?? (unix ? '' : at.pathname.slice(1));
  return {
    address,
    logIn: [...(word === '' ? [] : [['AUTH', ...(name === '' ? [] : [name]), word]]), ...(db === '' || db === '0' ? [] : [['SELECT', db]])],
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (error) {
    throw new SourceError('expected an address such as redis://host:6379', {cause: error});
  }
}

/** Where it is, without a name or a password. */
export function redisPlace(url: string): string {
  try {
    const {protocol, host, pathname} = parse(url);
    return protocol === 'redis+unix:' ? pathname : host;
  } catch {
    return 'an address that is none';
  }
}
