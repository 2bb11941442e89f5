/** Measures one section after the other, whatever becomes of each, and says which promises were broken. */
import type {PrivateEngine} from '../test/support/private-engine.ts';
import type {PrivateSwarm} from '../test/support/private-swarm.ts';
import {broken, printed, verdictWords, type Part} from './results.ts';
import type {Section} from './sections.ts';

export interface Parts {
  readonly startEngine: () => Promise<PrivateEngine>;
  readonly startSwarm: () => Promise<PrivateSwarm>;
  readonly tell: (lines: readonly string[]) => void;
  readonly write: (title: string, parts: readonly Part[]) => void;
}

type On<Host extends Section['host']> = Extract<Section, {host: Host}>;

/** Those without a host come first, so that none idles beside them. Answers with what was broken, in words. */
export async function runSections(sections: readonly Section[], {startEngine, startSwarm, tell, write}: Parts): Promise<readonly string[]> {
  const misses: string[] = [];

  async function take({name, title}: Section, measure: () => Promise<readonly Part[]>): Promise<void> {
    try {
      const parts = await measure();
      tell(parts.flatMap(part => [...printed([part]), '']));
      write(title, parts);
      misses.push(...broken(parts).map(missed => `${name}: ${verdictWords(missed)}`));
    } catch (error) {
      const reason = `could not be measured: ${(error as Error).message}`;
      tell([name, `  NO   ${reason}`, '']);
      misses.push(`${name}: ${reason}`);
    }
  }

  async function takeOn<Host extends {stop(): void}, One extends Section>(
    start: () => Promise<Host>,
    those: readonly One[],
    measure: (section: One, host: Host) => Promise<readonly Part[]>,
  ): Promise<void> {
    if (those.length === 0) return;
    // Where it can't be had, each of those that need it says so.
    const starting = start();
    for (const section of those) await take(section, async () => measure(section, await starting));
    await starting.then(
      host => host.stop(),
      () => {},
    );
  }

  const on = <Host extends Section['host']>(host: Host) => sections.filter((section): section is On<Host> => section.host === host);
  for (const section of on('none')) await take(section, section.measure);
  await takeOn(startEngine, on('engine'), (section, engine) => section.measure(engine, parts => write(section.title, parts)));
  await takeOn(startSwarm, on('swarm'), (section, swarm) => section.measure(swarm));
  return misses;
}
