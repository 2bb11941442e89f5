/** Closer looks for any number of operators: the host is asked once for what several of them look at. */
import type {Clock, Sight, SightKind} from '../ports.ts';

export type Look = (service: string, kind: SightKind) => Promise<Sight>;

/** Whoever asks again sooner sees what was seen. */
const freshMs = 1000;
/** A host that doesn't answer is not waited for longer: whoever looks is told. */
const limitMs = 10_000;
/** Different things looked at at once: more than operators do. */
const underWayMax = 8;

export function createSharedLooks(look: Look, clock: Clock): {readonly look: Look} {
  const underWay = new Map<string, Promise<Sight>>();
  const seen = new Map<string, {readonly sight: Sight; readonly at: number}>();

  function limited(service: string, kind: SightKind): Promise<Sight> {
    return new Promise(resolve => {
      const cancel = clock.after(limitMs, () => resolve({kind: 'unseen', reason: `no answer within ${limitMs / 1000} s`}));
      void look(service, kind).then(sight => {
        cancel();
        resolve(sight);
      });
    });
  }

  return {
    look(service, kind) {
      const key = `${kind} ${service}`;
      const now = clock.now();
      for (const [old, {at}] of seen) if (at + freshMs <= now) seen.delete(old);
      const known = seen.get(key);
      if (known) return Promise.resolve(known.sight);
      const going = underWay.get(key);
      if (going) return going;
      if (underWay.size >= underWayMax) return Promise.resolve({kind: 'unseen', reason: 'too many look at once: it is asked again'});
      const asked = limited(service, kind).then(sight => {
        underWay.delete(key);
        seen.set(key, {sight, at: clock.now()});
        return sight;
      });
      underWay.set(key, asked);
      return asked;
    },
  };
}
