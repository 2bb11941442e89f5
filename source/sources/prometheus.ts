/** The answer of a Prometheus to an instant query: a scalar, or a vector, whose numbers are added up. */
import {numberFrom, soundAmount} from './asking/amount.ts';
import {asking, type AskTimes} from './asking/ask.ts';
import {SourceError} from './asking/failure.ts';
import {fetchJson, placeOf, type HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface PrometheusDemand extends AskTimes {
  readonly source: 'prometheus';
  readonly url: string;
  readonly query: string;
  readonly access: HttpAccess;
}

/** What `/api/v1/query` answers; nothing of it is believed before it was looked at. */
interface Answer {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: {readonly resultType?: unknown; readonly result?: unknown} | null;
}

export function prometheusSource(demand: PrometheusDemand, {clock}: SourceParts): Source {
  const {url, access, timeoutMs} = demand;
  const question = {url: queryAddress(url, demand.query, timeoutMs), access, explain: refusalIn};
  return asking(`prometheus at ${placeOf(url)}`, demand, clock, () => ({
    async ask(signal) {
      return {kind: 'value', value: numberIn(await fetchJson(question, signal))};
    },
    close() {},
  }));
}

/** Below whatever path the server is served under, and with a limit of its own, so that a slow query doesn't go on there. */
function queryAddress(url: string, query: string, timeoutMs: number): string {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '').replace(/\/api\/v1(\/query)?$/, '')}/api/v1/query`;
  address.searchParams.set('query', query);
  address.searchParams.set('timeout', `${Math.ceil(timeoutMs)}ms`);
  return address.href;
}

function refusalIn(body: string): string | null {
  try {
    const {status, error} = JSON.parse(body) as Answer;
    return status === 'error' && typeof error === 'string' ? `refuses the query: ${error}` : null;
  } catch {
    return null;
  }
}

/** Throws `SourceError` for whatever isn't one number, or several. */
function numberIn(answer: unknown): number {
  const {status, error, data} = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
  if (status === 'error') throw new SourceError(`refuses the query: ${String(error)}`);
  const result = data?.result;
  if (status !== 'success' || !Array.isArray(result)) throw new SourceError('answered with JSON that is not Prometheus’s');
  switch (data?.resultType) {
    case 'scalar':
      return soundAmount(sampleIn(result), 'the query’s answer');
    case 'vector':
      if (result.length === 0)
        throw new SourceError('the query finds nothing at this moment: add “or vector(0)” to it if that means that there is no demand');
      // Parts of a sum may be negative, as in a difference; their sum may not.
      return soundAmount(
        result.reduce((sum: number, one: unknown) => sum + sampleIn((one as {readonly value?: unknown} | null)?.value), 0),
        'the sum of the query',
      );
    default:
      throw new SourceError('the query gives no numbers of this moment: wrap a range in rate() or last_over_time()');
  }
}

/** A sample is `[time, "number"]`. */
function sampleIn(sample: unknown): number {
  const text: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (text === undefined) throw new SourceError('the query gives histograms, not numbers: wrap it in histogram_count() or the like');
  if (text === 'NaN') throw new SourceError('the query gives NaN, as where nothing is divided by nothing');
  if (text === '+Inf' || text === '-Inf') throw new SourceError(`the query gives ${text}, as where something is divided by nothing`);
  const number = numberFrom(text);
  if (number === null) throw new SourceError('answered with JSON that is not Prometheus’s');
  return number;
}
