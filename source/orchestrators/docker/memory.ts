/** Whether the machine of an engine has memory left, where that is this machine. It decides nothing. */
import {readFile} from 'node:fs/promises';
import type {Clock} from '../../ports.ts';
import type {HostMemory} from '../../scaler/readiness.ts';

export interface MemoryReading {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/** Below this share what is frozen begins to end; from the second on there is enough again. */
const shortShare = 0.08;
const enoughShare = 0.12;
const readEveryMs = 2000;
/** A kernel reserves a little for itself, differently by who asks. */
const sameMachine = 0.02;

/** Null where the machine doesn't say. */
export async function readMeminfo(path = '/proc/meminfo'): Promise<MemoryReading | null> {
  try {
    const text = (await readFile(path, 'utf8')).slice(0, 16_384);
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
    const [totalBytes, availableBytes] = [bytes('MemTotal'), bytes('MemAvailable')];
    return Number.isFinite(totalBytes) && Number.isFinite(availableBytes) ? {totalBytes, availableBytes} : null;
  } catch {
    return null;
  }
}

/** Tells again each time that it is still short. An engine with another amount of memory is another machine's. */
export function watchMemory(
  clock: Clock,
  read: () => Promise<MemoryReading | null>,
  engineBytes: () => number | null,
  told: (memory: HostMemory) => void,
  signal: AbortSignal,
): void {
  let since: number | null = null;

  async function look(): Promise<void> {
    const reading = await read();
    const whole = engineBytes();
    if (signal.aborted || !reading || whole === null || Math.abs(reading.totalBytes - whole) > whole * sameMachine) return;
    const freeShare = Math.round((reading.availableBytes / reading.totalBytes) * 1000) / 1000;
    if (freeShare >= (since === null ? shortShare : enoughShare)) {
      if (since !== null) told({kind: 'enough'});
      since = null;
      return;
    }
    since ??= Math.floor(clock.now());
    told({kind: 'short', freeShare, since});
  }

  const again = () => {
    clock.after(readEveryMs, () => {
      if (!signal.aborted) void look().finally(again);
    });
  };
  again();
}
