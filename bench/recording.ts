/** A day of the box as a recording: how large it is, and how soon it is folded again. */
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {boxConfig} from '../source/config/box.ts';
import {calmHost} from '../source/orchestrators/simulated.ts';
import {openSimulatedRecording, replay} from '../source/recording.ts';
import type {Fleet} from '../source/scaler/fleet.ts';
import {simulate} from '../source/simulator/simulate.ts';
import {atMost, under, verdict, type Line} from './results.ts';

export interface RecordingResult {
  readonly megabytes: number;
  readonly simulatedMs: number;
  readonly replayedMs: number;
  readonly same: boolean;
}

const dayMs = 24 * 3_600_000;

export async function benchRecording(): Promise<RecordingResult> {
  const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
  try {
    const path = join(folder, 'day.jsonl');
    const begunAt = performance.now();
    const fleet = await recordBox(path, dayMs);
    const simulatedAt = performance.now();
    const again = await replay(path);
    return {
      megabytes: statSync(path).size / 1e6,
      simulatedMs: simulatedAt - begunAt,
      replayedMs: performance.now() - simulatedAt,
      same: JSON.stringify(again) === JSON.stringify(fleet),
    };
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The box with its random demand, on a host as quick as a real one. */
export async function recordBox(path: string, forMs: number): Promise<Fleet> {
  const recorder = openSimulatedRecording(path, 'auto', reason => {
    throw new Error(reason);
  });
  const config = boxConfig('busybox', slots);
  const settings = {project: config.project, capacity: slots, nodeSlots: [], overrideMs: config.overrideMs, modes: []};
  const {services, demands} = config;
  return (await simulate({seed: 3, forMs, settings, services, demands, host: calmHost, recorder})).fleet;
}

const slots = 10;

export function recordingLines({megabytes, simulatedMs, replayedMs, same}: RecordingResult): readonly Line[] {
  return [
    'a day of the box as a recording',
    verdict('its size', megabytes, under(50), 'MB'),
    verdict('until it is replayed', replayedMs / 1000, under(10), 's'),
    verdict('fleets that are another one than that which was recorded', same ? 0 : 1, atMost(0), ''),
    `       simulated in ${(simulatedMs / 1000).toFixed(1)} s`,
  ];
}
