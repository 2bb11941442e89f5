/** What is said of the replicas once an engine has ended. It ends nothing itself. */
import type {OnExit} from '../scaler/on-exit.ts';

export type Counts = readonly (readonly [service: string, running: number])[];

/** How an engine ended: what it was to do with the counts, and what ran before and after. */
export interface Ended {
  readonly simulated: boolean;
  /** Whether it acted on its host until then; one that only watched has left nothing of its own there. */
  readonly acted: boolean;
  readonly onExit: OnExit;
  /** How many overrides the next engine on the host goes on with. */
  readonly handedOn: number;
  readonly before: Counts;
  readonly after: Counts;
}

export function fateWords({simulated, acted, onExit, handedOn, before, after}: Ended): string {
  if (simulated) return 'the simulated host has ended';
  const nobody = 'nobody scales them from here now';
  switch (onExit) {
    case 'drain': {
      const left = after.filter(isRunning);
      if (left.length > 0) return `not all were stopped in time, ${countWords(left)} still run; ${nobody}`;
      const stopped = before.filter(isRunning);
      return `${stopped.length === 0 ? 'no replica ran' : `${countWords(stopped)} were stopped`}; ${nobody}`;
    }
    case 'restore':
      return `${countWords(after)} are back where they were; ${nobody}`;
    case 'leave': {
      const emptying = acted && after.some(isRunning) ? '. To stop them, run the same command with --on-exit drain, and leave it' : '';
      return `${countWords(after)} stay as they are; ${nobody}${handedOnWords(handedOn)}${emptying}`;
    }
  }
}

function handedOnWords(overrides: number): string {
  if (overrides === 0) return '';
  return overrides === 1 ? '; 1 override goes on with the next engine' : `; ${overrides} overrides go on with the next engine`;
}

function isRunning([, running]: Counts[number]): boolean {
  return running > 0;
}

function countWords(counts: Counts): string {
  return counts.map(([service, running]) => `${service} ${running}`).join(', ');
}
