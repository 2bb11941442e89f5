/** Who is told of every step beside the operators: the metrics and the audit log, where they were asked for. */
import type {Engine} from '../engine.ts';
import type {Clock} from '../ports.ts';
import type {Stepped} from './assemble.ts';
import {UsageError, type Options} from './options.ts';

export interface Observers {
  readonly stepped: Stepped;
  close(): Promise<void>;
}

interface Observed {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly alarm: (reason: string) => void;
}

/** Throws `UsageError` where the address is taken or the file can't be written. */
export async function openObservers({metrics, audit}: Options, {engine, clock, alarm}: Observed): Promise<Observers> {
  const open: Observers[] = [];
  try {
    if (audit !== null) {
      const {openAudit} = await import('../control/audit.ts');
      open.push(await openAudit(audit, alarm));
    }
    if (metrics !== null) {
      const {serveMetrics} = await import('../control/metrics/server.ts');
      open.push(await serveMetrics({address: metrics, engine, clock}));
    }
  } catch (error) {
    for (const {close} of open) await close();
    throw new UsageError((error as Error).message, {cause: error});
  }
  return {
    stepped(entries, result) {
      for (const {stepped} of open) stepped(entries, result);
    },
    async close() {
      for (const {close} of open) await close();
    },
  };
}
