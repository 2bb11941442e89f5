/** Lists that a recording of any length can't make endless. They know nothing of what is in them. */
import {percentile} from '../scaler/score.ts';
import type {Listed, Times} from './facts.ts';

/** More than anybody reads; what comes after is counted. */
const listedMax = 1000;

export interface List<Item> {
  add(item: Item): void;
  listed(): Listed<Item>;
}

export function boundedList<Item>(): List<Item> {
  const items: Item[] = [];
  let leftOut = 0;
  return {
    add: item => void (items.length < listedMax ? items.push(item) : leftOut++),
    listed: () => ({items, leftOut}),
  };
}

/** Enough for percentiles; past it, each second one is let go and from then on each second one is kept. */
const timesMax = 4096;

export interface Measured {
  add(ms: number): void;
  times(): Times;
}

export function measured(): Measured {
  let kept: number[] = [];
  let each = 1;
  let count = 0;
  let most: number | null = null;
  return {
    add(ms) {
      if (count++ % each === 0) kept.push(ms);
      most = Math.max(most ?? 0, ms);
      if (kept.length <= timesMax) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      each *= 2;
    },
    times: () => ({count, p50Ms: percentile(kept, 0.5), p95Ms: percentile(kept, 0.95), mostMs: most}),
  };
}
