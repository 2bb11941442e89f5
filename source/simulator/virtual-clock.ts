/** Time that passes only when it is told to, in the order of what is due. */
import type {Clock} from '../ports.ts';

interface Timer {
  readonly at: number;
  /** Timers due at the same time fire in the order in which they were set. */
  readonly order: number;
  callback: (() => void) | null;
}

export interface VirtualClock extends Clock {
  /** Lets everything happen that is due up to and including `at`. */
  runTo(at: number): void;
}

export function createVirtualClock(startAt = 0): VirtualClock {
  const heap: Timer[] = [];
  const soon: (() => void)[] = [];
  let now = startAt;
  let orders = 0;

  function flush(): void {
    for (let index = 0; index < soon.length; index++) soon[index]?.();
    soon.length = 0;
  }

  return {
    now: () => now,
    soon(callback) {
      soon.push(callback);
    },
    after(delayMs, callback) {
      const timer: Timer = {at: now + Math.max(0, delayMs), order: orders++, callback};
      push(heap, timer);
      return () => {
        timer.callback = null;
      };
    },
    runTo(at) {
      flush();
      for (let first = heap[0]; first && first.at <= at; first = heap[0]) {
        pop(heap);
        if (!first.callback) continue;
        now = Math.max(now, first.at);
        first.callback();
        flush();
      }
      now = Math.max(now, at);
    },
  };
}

function before(a: Timer, b: Timer): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (!above || before(above, timer)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const first = heap[left];
    if (!first) break;
    const second = heap[left + 1];
    const child = second && before(second, first) ? left + 1 : left;
    const smallest = heap[child];
    if (!smallest || before(last, smallest)) break;
    heap[index] = smallest;
    index = child;
  }
  heap[index] = last;
}
