/** An engine that is nothing but what a test wants shown: the built console attaches to its socket as to any other. */
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Update} from '../../source/ports.ts';
import {emptyFolder, open, type Screen} from './program.ts';
import {serveStates, type ServedStates} from './state-server.ts';

export interface ShownStates extends ServedStates {
  readonly folder: string;
}

export async function showStates(first: Update): Promise<ShownStates> {
  const folder = emptyFolder();
  const served = await serveStates(join(folder, 'control.sock'), first);
  onTestFinished(() => served.close());
  return {...served, folder};
}

export function openOn(
  states: ShownStates,
  {columns, rows}: {readonly columns: number; readonly rows: number},
  more: readonly string[] = [],
  background: string | null = null,
): Screen {
  return open([...states.arguments, ...more], states.folder, columns, rows, {COLORFGBG: ''}, background);
}
