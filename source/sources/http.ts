/** A number in JSON over HTTP, found by its path. */
import {amountFrom} from './asking/amount.ts';
import {asking, type AskTimes} from './asking/ask.ts';
import {SourceError} from './asking/failure.ts';
import {fetchJson, placeOf, type HttpAccess} from './asking/http.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface HttpDemand extends AskTimes {
  readonly source: 'http';
  readonly url: string;
  /** Where the number is: `load.current`; null where the whole answer is one. */
  readonly path: string | null;
  readonly access: HttpAccess;
}

export function httpSource(demand: HttpDemand, {clock}: SourceParts): Source {
  const {url, path, access} = demand;
  return asking(`http ${placeOf(url)}`, demand, clock, () => ({
    async ask(signal) {
      const answer = await fetchJson({url, access}, signal);
      return {kind: 'value', value: amountFrom(valueAt(answer, path), path ?? 'the answer')};
    },
    close() {},
  }));
}

/** Steps are keys, or places in a list; `\.` stands for a dot within a key. Throws `SourceError` where it leads nowhere. */
export function valueAt(answer: unknown, path: string | null): unknown {
  let here = answer;
  for (const step of stepsOf(path)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) throw new SourceError(`has no ${path} in its answer`);
    here = (here as Readonly<Record<string, unknown>>)[step];
  }
  return here;
}

function stepsOf(path: string | null): readonly string[] {
  return path === null ? [] : path.split(/(?<!\\)\./).map(step => step.replaceAll('\\.', '.'));
}
