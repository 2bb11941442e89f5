/** A recording with something to report: a simulated shop, whom operators overrule and whose host is lost for a while. */
import {calmHost} from '../../source/orchestrators/simulated.ts';
import {openSimulatedRecording} from '../../source/recording.ts';
import type {Entry} from '../../source/scaler/entry.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import {simulate} from '../../source/simulator/simulate.ts';
import {filler, spec} from './fleets.ts';

export const noon = Date.UTC(2026, 10, 24, 12);
const minuteMs = 60_000;

export interface Recorded {
  readonly fleet: Fleet;
  readonly entries: readonly (readonly Entry[])[];
}

/** Twenty minutes; the same each time. Written to `path` where there is one. */
export async function recordShop(note: string, path: string | null = null): Promise<Recorded> {
  const entries: (readonly Entry[])[] = [];
  const recorder =
    path === null ? null : openSimulatedRecording(path, 'auto', reason => entries.push([{at: 0, kind: 'disconnected', reason}]));
  const {fleet} = await simulate({
    seed: 5,
    forMs: 20 * minuteMs,
    startAt: noon,
    settings: {
      project: 'shop',
      capacity: 12,
      nodeSlots: [],
      overrideMs: minuteMs,
      modes: [{name: 'sale', say: '', when: [], until: [], services: {web: {max: 11}}}],
    },
    services: [spec('web', {min: 1, max: 10}), spec('mail', {priority: 2, max: 2}), filler('batch', {priority: 3})],
    demands: new Map([
      ['web', [{source: 'wave', min: 1, max: 9, periodMs: 5 * minuteMs, everyMs: 1000}]],
      ['mail', [{source: 'fixed', value: 1}]],
    ]),
    host: calmHost,
    recorder: {
      write(group) {
        entries.push(group);
        recorder?.write(group);
      },
      close: () => recorder?.close() ?? Promise.resolve(),
    },
    disturb({present, clock}) {
      const {engine, host} = present();
      const at = (minutes: number, what: () => void) => void clock.after(minutes * minuteMs, what);
      const tell = (owner: string, command: Parameters<typeof engine.command>[0]) => void engine.command(command, owner);
      at(2, () =>
        tell('ann@ops', {kind: 'override', service: 'batch', rule: {kind: 'cap', replicas: 1}, lasting: 'default', sure: true, note}),
      );
      at(4, () => tell('bob@ops', {kind: 'boost', service: 'mail', lasting: {ms: 30 * minuteMs}, toggle: false}));
      at(5, () => tell('ann@ops', {kind: 'clear', service: 'mail'}));
      at(6, () => tell('ann@ops', {kind: 'mode', mode: 'sale', lasting: {ms: 2 * minuteMs}}));
      at(10, () => host.cut('the line was cut'));
      at(11, () => host.mend());
      at(13, () => engine.read('mail', {kind: 'error', reason: 'unreachable'}));
      at(15.2, () => tell('cleo@ops', {kind: 'pause'}));
      at(17, () => tell('cleo@ops', {kind: 'resume'}));
      at(19, () =>
        tell('dan@ops', {kind: 'override', service: 'web', rule: {kind: 'pin', replicas: 9}, lasting: 'until-cleared', sure: true}),
      );
    },
  });
  return {fleet, entries};
}
