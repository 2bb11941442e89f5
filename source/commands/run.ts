/** `run`: the engine without a console. What happens is printed as lines, or as JSON for machines. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import type {Entry} from '../scaler/entry.ts';
import type {Step} from '../scaler/step.ts';
import {assemble} from './assemble.ts';
import {clockWords, happeningLine, hostLine, scoreLines} from './lines.ts';
import type {Options} from './options.ts';
import {prepareShadow, shadowJson, shadowLine, shadowLines} from './shadow.ts';

export interface Output {
  /** False when nobody reads any more. */
  line(text: string): boolean;
}

/** Why it ended: its time was up, a signal came, or nobody reads its output. */
type Ending = 'time' | 'signal' | 'closed';

export async function run(options: Options, output: Output, untilEnd: (running: {reload: () => void}) => Promise<Ending>): Promise<void> {
  const printed = (text: string) => void output.line(text);
  const json = (kind: string, value: object) => printed(JSON.stringify({kind, ...value}));
  const shadow =
    options.shadow === null
      ? null
      : prepareShadow(options.shadow, {
          options,
          seed: options.seed ?? Math.floor(Math.random() * 2 ** 31),
          decided: happening => (options.json ? json('shadow', {happening}) : printed(shadowLine(happening, clockWords))),
          noted: text => (options.json ? json('shadow', {note: text}) : printed(clean(`shadow: ${text}`))),
        });
  const tell = (entries: readonly Entry[], result: Step) => {
    shadow?.hear(entries, result);
    if (!options.json) {
      for (const happening of result.happenings) printed(happeningLine(happening, clockWords));
      return;
    }
    if (result.changed || result.happenings.length > 0) for (const entry of entries) json('entry', {entry});
    for (const happening of result.happenings) json('decision', {happening});
    for (const action of result.actions) json('action', {at: result.fleet.at, action});
  };
  const running = await assemble(options, tell);
  const {engine, feed, facts} = running;
  // Before a word is said: whoever hears it may end this at once.
  const ended = untilEnd(running);
  const alarms = watchAlarms(feed.session('run', true, false), alarm => (options.json ? json('alarm', {alarm}) : printed(`!  ${alarm}`)));
  if (options.json) json('host', {facts, fleet: engine.fleet()});
  else printed(hostLine(facts, engine.fleet()));
  await shadow?.open(facts, engine.fleet());
  const ending = await ended;
  alarms.abort();
  engine.tick();
  const sides = (await shadow?.close()) ?? null;
  await running.close();
  const fleet = engine.fleet();
  if (options.json) {
    if (shadow) json('shadow-score', shadowJson(sides));
    json('score', {ending, score: fleet.score});
  } else {
    for (const text of scoreLines(fleet)) printed(text);
    const policy = running.onExit();
    const counts = fleet.services.map(({spec, observed}) => `${spec.name} ${observed?.running ?? 0}`).join(', ');
    if (shadow) for (const text of shadowLines(sides, shadow.name)) printed(text);
    printed(`left after ${durationWords(fleet.score.ms)} (${policy}): ${counts}`);
  }
}

/** Prints each new alarm of the engine itself, such as a recording that ended. */
function watchAlarms(
  session: ReturnType<Awaited<ReturnType<typeof assemble>>['feed']['session']>,
  print: (alarm: string) => void,
): AbortController {
  const stop = new AbortController();
  let told: readonly string[] = [];
  const watch = async () => {
    while (!stop.signal.aborted) {
      const {vitals} = await session.next(stop.signal);
      for (const alarm of vitals.alarms) if (!told.includes(alarm)) print(alarm);
      told = vitals.alarms;
    }
  };
  watch().catch(() => {});
  return stop;
}
