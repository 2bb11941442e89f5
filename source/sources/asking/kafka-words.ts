/** What the Kafka client's errors mean, in words for an operator. */
import type {KafkaDemand} from '../kafka.ts';
import {failureWords, SourceError} from './failure.ts';

/** An error in words where there are any, else the error itself. */
export function kafkaWords(error: unknown, demand: KafkaDemand): unknown {
  const all = errorsIn(error);
  if (all.some(one => one instanceof SourceError)) return error;
  const words = wordsFor(all, demand);
  const worded = words === null ? error : new SourceError(words, {cause: error});
  const broker = strangeBroker(all, demand.brokers);
  return broker === null ? worded : new SourceError(failureWords(worded, `its broker ${broker}`), {cause: error});
}

function wordsFor(all: readonly ClientError[], {group, topics, sasl, tls}: KafkaDemand): string | null {
  const has = (apiId: string) => all.some(one => one.apiId === apiId);
  if (has('SASL_AUTHENTICATION_FAILED')) return 'refused the name or password';
  if (has('UNSUPPORTED_SASL_MECHANISM')) return `does not sign in by ${sasl?.mechanism ?? 'sasl'}`;
  if (has('GROUP_AUTHORIZATION_FAILED')) return `does not let us read of the group ${group}`;
  if (has('TOPIC_AUTHORIZATION_FAILED')) return `does not let us read of ${topics.join(', ')}`;
  if (has('INVALID_TOPIC_EXCEPTION')) return `takes ${topics.join(', ')} for no name of a topic`;
  if (has('COORDINATOR_NOT_AVAILABLE') || has('COORDINATOR_LOAD_IN_PROGRESS') || has('NOT_COORDINATOR'))
    return `has nobody to ask about the group ${group} at this moment`;
  if (has('LEADER_NOT_AVAILABLE') || has('NOT_LEADER_OR_FOLLOWER')) return 'a partition has no leader at this moment';
  const unknown = all.map(({message}) => /^Unknown topic (.+)\.$/.exec(message)?.[1]).find(name => name !== undefined);
  if (unknown !== undefined) return `has no topic ${unknown}`;
  if (has('UNKNOWN_TOPIC_OR_PARTITION')) return `has no topic ${topics.join(', ')}`;
  if (all.some(({code}) => code === 'ERR_TLS_CERT_ALTNAME_INVALID')) return 'its certificate is for another name';
  if (all.some(({code}) => isOfSystem(code))) return null;
  if (all.some(({code}) => code === 'PLT_KFK_TIMEOUT')) return 'no answer';
  if (all.some(({code}) => code === 'PLT_KFK_NETWORK'))
    return `it broke the connection off${sasl === null && !tls ? ': does it want sasl or tls?' : ''}`;
  // What remains of the client's own errors is an answer that it can't read.
  if (all.some(({code}) => code === undefined || code === 'OUT_OF_BOUNDS' || code.startsWith('PLT_KFK_')))
    return 'answered with something else than Kafka';
  return null;
}

/** Codes such as ECONNREFUSED or CERT_HAS_EXPIRED, which are put into words for every source alike. */
function isOfSystem(code: string | undefined): boolean {
  return code !== undefined && code !== 'OUT_OF_BOUNDS' && !code.startsWith('PLT_KFK_') && !code.startsWith('ERR_');
}

/** The broker that couldn't be reached, where it is none of those that were given but one that they told of. */
function strangeBroker(all: readonly ClientError[], brokers: readonly string[]): string | null {
  for (const {message} of all) {
    const broker = /^Connection to (\S+:\d+) (?:failed|timed out)\.$/.exec(message)?.[1];
    if (broker !== undefined) return brokers.includes(broker) || brokers.some(one => `${one}:9092` === broker) ? null : broker;
  }
  return null;
}

interface ClientError extends Error {
  readonly code?: string;
  /** Kafka's own name of an error. */
  readonly apiId?: string;
}

/** The error, what caused it, and what it is made of. */
function errorsIn(error: unknown): readonly ClientError[] {
  const found: ClientError[] = [];
  const look = (one: unknown) => {
    if (!(one instanceof Error) || found.includes(one) || found.length >= 50) return;
    found.push(one);
    if (one instanceof AggregateError) one.errors.forEach(look);
    look(one.cause);
  };
  look(error);
  return found;
}
