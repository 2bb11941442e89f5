/** What a run of the program did, read from the lines that `run --json` prints. */
import type {Action, Entry, Happening} from '../../source/scaler/entry.ts';
import type {Run} from './program.ts';

type Line =
  | {readonly kind: 'entry'; readonly entry: Entry}
  | {readonly kind: 'decision'; readonly happening: Happening}
  | {readonly kind: 'action'; readonly at: number; readonly action: Action};

export interface Decided {
  readonly at: number;
  readonly desired: number;
  readonly want: number;
}

export interface QueueRun {
  /** Each time that the number of a service's replicas was decided anew. */
  decided(service: string): readonly Decided[];
  /** How long the slowest growth of a service since a moment took, from when it was asked for to when all of it ran. */
  slowestStartMs(service: string, since: number): number;
}

export function readRun(running: Run): QueueRun {
  let read = 0;
  const lines: Line[] = [];
  /** What was printed since it was last looked at, whole lines only. */
  const all = (): readonly Line[] => {
    const output = running.output();
    const end = output.lastIndexOf('\n');
    if (end > read) {
      const text = output.slice(read, end);
      for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as Line);
      read = end + 1;
    }
    return lines;
  };
  return {
    decided: service =>
      all().flatMap(line =>
        line.kind === 'decision' && line.happening.kind === 'decided' && line.happening.service === service
          ? [{at: line.happening.at, desired: line.happening.decision.desired, want: line.happening.decision.want}]
          : [],
      ),
    slowestStartMs(service, since) {
      let slowest = 0;
      let waiting = null as {readonly at: number; readonly replicas: number} | null;
      for (const line of all()) {
        if (line.kind === 'action' && line.action.service === service && line.at >= since) {
          const {from, replicas} = line.action;
          // A growth that is asked for on the way to another is a part of it.
          waiting = replicas > from ? {at: waiting?.at ?? line.at, replicas} : null;
        }
        if (line.kind !== 'entry' || line.entry.kind !== 'observed' || line.entry.service !== service || waiting === null) continue;
        if (line.entry.observation.running < waiting.replicas) continue;
        slowest = Math.max(slowest, line.entry.at - waiting.at);
        waiting = null;
      }
      return slowest;
    },
  };
}
