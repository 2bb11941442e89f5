/** A series of one or more /metrics pages, read directly: its sum, its largest value, or its rate. */
import {soundAmount} from './asking/amount.ts';
import {asking, type AskTimes} from './asking/ask.ts';
import {failureWords, SourceError} from './asking/failure.ts';
import {fetchText, notWords, placeOf, type HttpAccess} from './asking/http.ts';
import {readPage, type Page, type Sample} from './metrics-page.ts';
import {followRate, type RateFollower} from './metrics-rate.ts';
import {parseSelector, type Selector} from './metrics-selector.ts';
import type {Clock, Source} from '../ports.ts';
import type {Reading} from '../scaler/entry.ts';
import type {SourceParts} from './source.ts';

export interface MetricsDemand extends AskTimes {
  readonly source: 'metrics';
  readonly urls: readonly string[];
  /** A name, with labels that must be there: `http_requests_total{code="200"}`. */
  readonly series: string;
  readonly take: 'sum' | 'max' | 'rate';
  /** The window of a rate. */
  readonly overMs: number;
  readonly access: HttpAccess;
}

/** Where series are many the page is long: a node's own exporter writes some 100 kB. */
const bytesMax = 16 * 1024 * 1024;

export function metricsSource(demand: MetricsDemand, {clock}: SourceParts): Source {
  const {urls, series} = demand;
  const [first = ''] = urls;
  const selector = parseSelector(series);
  // What counters stood at outlives a page that could not be read for a while.
  const rates = new Map<string, RateFollower>();
  return asking(urls.length === 1 ? `metrics of ${placeOf(first)}` : `metrics of ${urls.length} pages`, demand, clock, () => ({
    async ask(signal) {
      if ('wrong' in selector) throw new SourceError(`the series ${series} ${selector.wrong}`);
      const pages = await Promise.all(urls.map(url => pageOf(url, demand, selector, clock, signal)));
      const found = pages.filter(({page}) => page.samples.length > 0);
      const strange = pages.find(({page}) => !page.known);
      if (strange) throw new SourceError(`has no ${selector.name}${urls.length === 1 ? '' : ` on ${placeOf(strange.url)}`}`);
      if (found.length === 0) throw new SourceError(`has no ${series}, only others of that name or none yet`);
      return readingOf(pages, demand, rates);
    },
    close() {},
  }));
}

interface Look {
  readonly url: string;
  readonly at: number;
  readonly page: Page;
}

/** Where several pages are read, what fails of one names it: a sum without it would be no sum. */
async function pageOf(url: string, {urls, access}: MetricsDemand, selector: Selector, clock: Clock, signal: AbortSignal): Promise<Look> {
  try {
    const headers = {accept: 'text/plain;version=0.0.4, */*;q=0.1', ...access.headers};
    const text = await fetchText({url, access: {...access, headers}, bytesMax}, signal);
    if (/^\s*(<|$)/.test(text)) throw new SourceError(notWords(text, 'metrics'));
    return {url, at: clock.now(), page: readPage(text, selector)};
  } catch (error) {
    if (urls.length === 1) throw error;
    throw new SourceError(failureWords(error, placeOf(url)), {cause: error});
  }
}

function readingOf(looks: readonly Look[], demand: MetricsDemand, rates: Map<string, RateFollower>): Reading {
  const {series, take} = demand;
  const values = looks.flatMap(({page}) => page.samples.map(sample => finite(sample, series)));
  switch (take) {
    case 'sum':
      return {kind: 'value', value: soundAmount(sumOf(values), `the sum of ${series}`)};
    case 'max':
      return {
        kind: 'value',
        value: soundAmount(
          values.reduce((most, value) => Math.max(most, value)),
          `the largest ${series}`,
        ),
      };
    case 'rate':
      return rateOf(looks, demand, rates);
  }
}

function rateOf(looks: readonly Look[], {series, overMs, everyMs}: MetricsDemand, rates: Map<string, RateFollower>): Reading {
  // A window must hold two looks, however seldom the pages are read.
  const windowMs = Math.max(overMs, 2.5 * everyMs);
  const all = looks.map(({url, at, page}) => {
    const follower = rates.get(url) ?? followRate(windowMs);
    rates.set(url, follower);
    return follower.rateAt(at, page.samples);
  });
  const known = all.filter(rate => rate !== null);
  if (known.length < all.length) return {kind: 'stale', reason: `the rate of ${series} takes a second look`};
  return {kind: 'value', value: soundAmount(sumOf(known), `the rate of ${series}`)};
}

function finite({key, value}: Sample, series: string): number {
  if (!Number.isFinite(value)) throw new SourceError(`${series} is ${value} in ${key.slice(0, 60)}, which is no demand`);
  return value;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
