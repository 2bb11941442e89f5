/** A number that is pushed to microscale. */
import {durationText} from './asking/duration-text.ts';
import type {Source} from '../ports.ts';
import type {SourceParts} from './source.ts';

export interface PushDemand {
  readonly source: 'push';
  /** How long a number counts; null until the next one. */
  readonly expireMs: number | null;
}

export function pushSource({expireMs}: PushDemand, {clock, service, pushes}: SourceParts): Source {
  return (report, signal) => {
    if (pushes === null) {
      report({kind: 'stale', reason: 'nobody can push a number here: there is no control socket'});
      return;
    }
    let cancel: () => void = () => {};
    let pushed = false;
    const end = pushes.follow(service, (value, at) => {
      if (signal.aborted) return;
      pushed = true;
      cancel();
      const leftMs = expireMs === null ? null : at + expireMs - clock.now();
      const expired = () =>
        report({kind: 'stale', reason: `nothing was pushed for ${durationText(expireMs ?? 0)}: microscale demand ${service} N`});
      if (leftMs !== null && leftMs <= 0) return expired();
      report({kind: 'value', value});
      if (leftMs !== null) cancel = clock.after(leftMs, expired);
    });
    if (!pushed) report({kind: 'stale', reason: `no number was pushed yet: microscale demand ${service} N`});
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        end();
      },
      {once: true},
    );
  };
}
