/** What operators look at: the engine's state, a bounded memory of what was, and a hold on it for each of them. */
import type {Engine} from '../engine.ts';
import {createHistory} from '../history/history.ts';
import {happeningsMax, sampleMs, sampleOf, samplesMax} from '../history/sample.ts';
import type {Clock, Operator, Sample, Session, Update} from '../ports.ts';
import type {Entry, Happening} from '../scaler/entry.ts';
import type {Step} from '../scaler/step.ts';
import {createSharedLooks} from './shared-looks.ts';

/** What moves by itself is told this often at most, which a slow line can carry; what people do is told at once. */
const calmMs = 800;
/** Alarms are few; the latest are what matters. */
const alarmsMax = 5;

export interface Feed {
  /** To be called after each step. */
  stepped(entries: readonly Entry[], result: Step): void;
  alarm(reason: string): void;
  /** `present` is whether others see that this one is there. */
  session(owner: string, readOnly: boolean, present?: boolean): Session;
  close(reason: string): void;
}

export function createFeed(engine: Engine, clock: Clock): Feed {
  const history = createHistory(engine.fleet());
  const samples: Sample[] = [];
  const happenings: Happening[] = [];
  const alarms: string[] = [];
  const waiting = new Set<() => void>();
  const looks = createSharedLooks(engine.look, clock);
  const operators = new Set<Operator>();
  let sessions = 0;
  let sampled = 0;
  let happened = 0;
  let version = 0;
  let urgentVersion = 0;
  let ended: string | null = null;

  function renew(): void {
    version++;
    for (const wake of [...waiting]) wake();
  }

  function sample(): void {
    if (ended !== null) return;
    engine.tick();
    samples.push(sampleOf(engine.fleet(), clock.now()));
    sampled++;
    if (samples.length > samplesMax) samples.shift();
    renew();
    clock.after(sampleMs, sample);
  }
  clock.after(sampleMs, sample);

  function session(owner: string, readOnly: boolean, present = true): Session {
    let seen = -1;
    let givenAt = Number.NEGATIVE_INFINITY;
    let cancelCalm: () => void = () => {};
    let samplesSeen = Math.max(0, sampled - samples.length);
    let happeningsSeen = Math.max(0, happened - happenings.length);
    let left = false;
    const number = ++sessions;
    const self: Operator = {name: owner, readOnly, since: clock.now()};
    if (present) {
      operators.add(self);
      renew();
    }

    function update(): Update {
      seen = version;
      givenAt = clock.now();
      const newSamples = samples.slice(Math.max(0, samples.length - (sampled - samplesSeen)));
      const newHappenings = happenings.slice(Math.max(0, happenings.length - (happened - happeningsSeen)));
      samplesSeen = sampled;
      happeningsSeen = happened;
      const vitals = {
        facts: engine.facts(),
        // A simulated host is in this program: it has no silence.
        heardAt: engine.facts()?.kind === 'simulated' ? clock.now() : engine.heardAt(),
        at: clock.now(),
        alarms: [...alarms],
        you: owner,
        session: number,
        operators: [...operators],
      };
      return {fleet: engine.fleet(), vitals, samples: newSamples, happenings: newHappenings};
    }

    return {
      next(signal) {
        return new Promise((resolve, reject) => {
          const check = () => {
            if (left) {
              waiting.delete(check);
              reject(new Error('the session was closed'));
            } else if (ended !== null) {
              waiting.delete(check);
              reject(new Error(ended));
            } else if (version !== seen) {
              cancelCalm();
              const calmLeftMs = givenAt + calmMs - clock.now();
              if (calmLeftMs > 0 && urgentVersion <= seen) {
                cancelCalm = clock.after(calmLeftMs, check);
                return;
              }
              waiting.delete(check);
              resolve(update());
            }
          };
          signal?.addEventListener(
            'abort',
            () => {
              waiting.delete(check);
              cancelCalm();
            },
            {once: true},
          );
          waiting.add(check);
          check();
        });
      },
      command(command) {
        if (readOnly) return Promise.resolve({kind: 'refused', reason: 'this session is read-only'});
        return engine.command(command, owner, number);
      },
      look: looks.look,
      refresh: () => engine.refresh(),
      past: at => (ended === null ? Promise.resolve(history.past(at, clock.now())) : Promise.reject(new Error(ended))),
      takeOver() {
        if (readOnly) return Promise.resolve({kind: 'refused', reason: 'this session is read-only'});
        return Promise.resolve(engine.takeOver());
      },
      close() {
        left = true;
        if (operators.delete(self)) renew();
        for (const wake of [...waiting]) wake();
      },
    };
  }

  return {
    stepped(entries, result) {
      const {happenings: news, changed} = result;
      history.keep(entries, result);
      for (const happening of news) {
        happenings.push(happening);
        happened++;
      }
      if (happenings.length > happeningsMax) happenings.splice(0, happenings.length - happeningsMax);
      if (!changed && news.length === 0) return;
      if (news.some(isUrgent)) urgentVersion = version + 1;
      renew();
    },
    alarm(reason) {
      alarms.push(reason);
      if (alarms.length > alarmsMax) alarms.shift();
      renew();
    },
    session,
    close(reason) {
      ended = reason;
      renew();
    },
  };
}

/** What somebody did, or must know of at once. */
function isUrgent({kind}: Happening): boolean {
  return ['overridden', 'released', 'inherited', 'mode', 'paused', 'resumed', 'lease', 'connected', 'disconnected'].includes(kind);
}
