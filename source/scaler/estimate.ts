/**
 * Learns how many items arrive each second and how many one replica does, from how a queue moves: a Kalman filter over
 * those two numbers (R. E. Kalman, A New Approach to Linear Filtering and Prediction Problems, 1960). With n busy
 * replicas a queue moves by `arrivals - rate × n` each second; where arrivals are counted, each is seen by itself.
 */
import type {Estimate} from './memory.ts';

/** Nothing is known: whatever is seen first is believed. */
export const nothingKnown: Estimate = {arrivals: 0, rate: 0, arrivalsVariance: 1e8, rateVariance: 1e8, covariance: 0};

/** Arrivals are averaged over about this long while they are steady. */
const steadySeconds = 30;
/** How fast one replica's work may change by itself: 0.3 % in a second, adding up as chance does. */
const rateDrift = 0.003;
/** A reading further off than this many standard deviations is a burst: it is believed this far. */
const burstDeviations = 3;
/**
 * Readings that lie this far off in sum, the older ones counting less, mean that the stream is another one from now on:
 * four in a row that lie as far off as is believed.
 */
const surpriseMax = 8;
const surpriseKept = 0.8;
/** A count that is read has been read between two items. */
const countVariance = 0.25;

/** So many rates of arrival are seen before the first is believed, and then the one in the middle: a burst is no stream. */
const firstRates = 5;

/** One more of the first rates; null where there are enough, and the estimate begins. */
export function begin(
  estimate: Estimate,
  seen: readonly number[],
  rate: number,
): {readonly estimate: Estimate; readonly seen: readonly number[] | null} {
  const rates = [...seen, rate];
  if (rates.length < firstRates) return {estimate, seen: rates};
  const arrivals = rates.toSorted((a, b) => a - b)[Math.floor(firstRates / 2)] ?? 0;
  return {estimate: {...estimate, arrivals, arrivalsVariance: (arrivals + 1) / 2, covariance: 0}, seen: null};
}

/** Time goes by: what was known is a little less sure. */
export function age(estimate: Estimate, seconds: number): Estimate {
  const {arrivals, rate, arrivalsVariance, rateVariance} = estimate;
  const drifted = Math.min(rateVariance + (rateDrift * rate) ** 2 * seconds, (0.3 * rate) ** 2);
  return {
    ...estimate,
    arrivalsVariance: Math.min(1e8, arrivalsVariance + ((arrivals + 0.1) / steadySeconds ** 2) * seconds),
    rateVariance: Math.max(rateVariance, drifted),
  };
}

/** What was seen over a span: `moved` = perArrivals × arrivals + perRate × rate, in items each second. */
export interface Seen {
  readonly perArrivals: number;
  readonly perRate: number;
  readonly moved: number;
  readonly seconds: number;
}

/** The estimate after what was seen, and how surprising it was. Neither number is ever negative or no number. */
export function learn(
  before: Estimate,
  {perArrivals, perRate, moved, seconds}: Seen,
  surprise: number,
): {readonly estimate: Estimate; readonly surprise: number} {
  const flow = perArrivals * before.arrivals + Math.abs(perRate) * before.rate;
  // Items come and go one by one (Poisson): their number varies by its own size.
  const noise = (flow * seconds + countVariance) / seconds ** 2;
  const off = moved - perArrivals * before.arrivals - perRate * before.rate;
  const deviation = Math.sqrt(variance(before, perArrivals, perRate) + noise);
  const kept = Math.max(-burstDeviations, Math.min(burstDeviations, off / deviation));
  let sum = surprise * surpriseKept + kept;
  const {rateVariance} = before;
  let {arrivalsVariance} = before;
  if (Math.abs(sum) > surpriseMax) {
    sum = 0;
    if (perArrivals > 0) arrivalsVariance = Math.max(arrivalsVariance, off ** 2);
  }
  const changed = arrivalsVariance !== before.arrivalsVariance;
  const doubted = {...before, arrivalsVariance};
  const arrivalsGain = perArrivals * arrivalsVariance + perRate * before.covariance;
  const rateGain = perArrivals * before.covariance + perRate * rateVariance;
  const spread = variance(doubted, perArrivals, perRate) + noise;
  const believed = changed ? off : kept * deviation;
  const corrected = {
    arrivals: before.arrivals + (arrivalsGain / spread) * believed,
    rate: before.rate + (rateGain / spread) * believed,
    arrivalsVariance: Math.max(0, arrivalsVariance - arrivalsGain ** 2 / spread),
    rateVariance: Math.max(0, rateVariance - rateGain ** 2 / spread),
    covariance: before.covariance - (arrivalsGain * rateGain) / spread,
  };
  return {estimate: withoutNegative(corrected), surprise: sum};
}

function variance({arrivalsVariance, rateVariance, covariance}: Estimate, perArrivals: number, perRate: number): number {
  return Math.max(0, perArrivals ** 2 * arrivalsVariance + 2 * perArrivals * perRate * covariance + perRate ** 2 * rateVariance);
}

/** Nothing arrives or is done backwards; what that says of one number says something of the other. */
function withoutNegative(estimate: Estimate): Estimate {
  let {arrivals, rate} = estimate;
  const {arrivalsVariance, rateVariance, covariance} = estimate;
  if (rate < 0) {
    if (rateVariance > 0) arrivals -= (covariance / rateVariance) * rate;
    rate = 0;
  }
  if (arrivals < 0) {
    if (arrivalsVariance > 0) rate -= (covariance / arrivalsVariance) * arrivals;
    arrivals = 0;
  }
  return {...estimate, arrivals: Math.max(0, arrivals), rate: Math.max(0, rate)};
}

/** Items that were seen to be done before a learned rate is believed: chance makes a third of so few. */
const itemsMin = 8;

/** The rate of one replica, once it is sure enough to divide by; null before. */
export function sureRate({rate, rateVariance}: Estimate, busySeconds: number): number | null {
  return rate > 0 && rate * busySeconds >= itemsMin && Math.sqrt(rateVariance) < 0.4 * rate ? rate : null;
}

/** How many times as many replicas a rate that was learned from so little is good for. */
export function boldness({rate}: Estimate, busySeconds: number): number {
  return 2 + (rate * busySeconds) / itemsMin;
}

/** Other arrivals are tried: what comes of it says something of them, and nothing of the rate. */
export function suppose(estimate: Estimate, arrivals: number): Estimate {
  return {...estimate, arrivals, arrivalsVariance: Math.max(estimate.arrivalsVariance, estimate.arrivals ** 2), covariance: 0};
}

/** Whether the arrivals are known to within half of what one replica does. */
export function sureArrivals({arrivalsVariance}: Estimate, rate: number): boolean {
  return Math.sqrt(arrivalsVariance) < 0.5 * rate;
}
