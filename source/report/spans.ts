/** What held from one moment to another: overrides, modes, pauses, and what was lost. */
import type {Happening} from '../scaler/entry.ts';
import {leaseWords, ruleWords, type ClockWords} from '../scaler/explain.ts';
import {normalMode, type Fleet, type Override, type Service} from '../scaler/fleet.ts';
import {becauseWords} from '../scaler/mode-words.ts';
import {clean} from '../clean.ts';
import {boundedList} from './bounded.ts';
import type {Facts, LossFacts, ModeFacts, OverrideFacts, PauseFacts} from './facts.ts';

type Begun<Item> = {-readonly [Key in keyof Item]: Item[Key]};

export interface SpanWatch {
  look(fleet: Fleet, before: Fleet, happenings: readonly Happening[]): void;
  /** A service whose state has changed, or one that is gone. */
  lookAt(fleet: Fleet, service: Service | null, before: Service | null, happenings: readonly Happening[]): void;
  spans(): Pick<Facts, 'overrides' | 'modes' | 'pauses' | 'losses'>;
}

export function watchSpans(clock: ClockWords): SpanWatch {
  const overrides = boundedList<OverrideFacts>();
  const modes = boundedList<ModeFacts>();
  const pauses = boundedList<PauseFacts>();
  const losses = boundedList<LossFacts>();
  /** By the override itself: the fleet keeps the same object for as long as it stands unchanged. */
  const standing = new Map<Override, Begun<OverrideFacts>>();
  const lost = new Map<string, Begun<LossFacts>>();
  let mode: Begun<ModeFacts> | null = null;
  let pause: Begun<PauseFacts> | null = null;

  const loss = (key: string, kind: LossFacts['kind'], about: string, reason: string | null, at: number) => {
    const one = lost.get(key);
    if (reason === null) {
      if (one) one.to = at;
      lost.delete(key);
    } else if (!one) {
      const begun = {kind, about: clean(about), reason: clean(reason), from: at, to: null};
      lost.set(key, begun);
      losses.add(begun);
    }
  };

  const lookAtMode = (fleet: Fleet) => {
    const name = fleet.mode?.name ?? normalMode;
    const why = fleet.mode ? clean(becauseWords(fleet.mode.why, clock)) : '';
    if (mode?.name === clean(name) && mode.why === why) return;
    if (mode) mode.to = fleet.at;
    mode = null;
    if (!fleet.mode) return;
    mode = {name: clean(name), why, from: fleet.at, to: null};
    modes.add(mode);
  };

  const lookAtActing = (fleet: Fleet, happenings: readonly Happening[]) => {
    if (fleet.acting === 'paused' && !pause) {
      const by = happenings.find(happening => happening.kind === 'paused')?.by;
      pause = {by: clean(by ?? 'whoever acted before'), from: fleet.at, to: null};
      pauses.add(pause);
    } else if (fleet.acting !== 'paused' && pause) {
      pause.to = fleet.at;
      pause = null;
    }
  };

  const lookAtOverrides = (fleet: Fleet, service: Service | null, before: Service | null, happenings: readonly Happening[]) => {
    const now = service?.overrides ?? [];
    const then = before?.overrides ?? [];
    if (now === then) return;
    const added = now.filter(override => !standing.has(override));
    for (const override of then) {
      const one = standing.get(override);
      if (!one || now.includes(override)) continue;
      standing.delete(override);
      // One that lasts longer, or says why, is the same one going on.
      const goesOn = added.find(other => other.placedAt === override.placedAt && other.rule === override.rule);
      if (goesOn && goesOn.owner === override.owner) {
        one.note = clean(goesOn.note);
        standing.set(goesOn, one);
        continue;
      }
      const released = happenings.find(happening => happening.kind === 'released' && happening.override === override);
      one.to = fleet.at;
      one.ended = clean(released?.kind === 'released' ? `${released.how}${released.by === null ? '' : ` by ${released.by}`}` : 'replaced');
    }
    for (const override of added) {
      if (standing.has(override)) continue;
      const {rule, owner, note, placedAt} = override;
      const begun = {
        service: clean(service?.spec.name ?? ''),
        rule: ruleWords(rule),
        owner: clean(owner),
        note: clean(note),
        from: placedAt,
        to: null,
        ended: '',
      };
      standing.set(override, begun);
      overrides.add(begun);
    }
  };

  return {
    look(fleet, before, happenings) {
      const {host, lease} = fleet;
      if (fleet.mode !== before.mode) lookAtMode(fleet);
      lookAtActing(fleet, happenings);
      if (host !== before.host) loss('host', 'host', 'host', host.kind === 'lost' ? host.reason : null, fleet.at);
      if (lease !== before.lease)
        loss('lease', 'lease', 'lease', lease.kind === 'lapsed' || lease.kind === 'elsewhere' ? leaseWords(lease, clock) : null, fleet.at);
    },
    lookAt(fleet, service, before, happenings) {
      lookAtOverrides(fleet, service, before, happenings);
      const name = service?.spec.name ?? before?.spec.name ?? '';
      if (service?.demand !== before?.demand || service?.followed !== before?.followed) {
        const demands = service ? [service.demand, ...service.followed.map(({demand}) => demand)] : [];
        const gone = demands.find(demand => demand.kind === 'lost');
        loss(`source ${name}`, 'source', name, gone?.kind === 'lost' ? gone.reason : null, fleet.at);
      }
      if (service?.observed !== before?.observed) {
        const trouble = service?.observed?.trouble;
        const failing = trouble?.kind === 'failing' || trouble?.kind === 'unplaceable';
        loss(`replicas ${name}`, 'replicas', name, failing ? trouble.reason : null, fleet.at);
      }
    },
    spans: () => ({overrides: overrides.listed(), modes: modes.listed(), pauses: pauses.listed(), losses: losses.listed()}),
  };
}
