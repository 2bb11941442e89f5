/** A session that can be turned to another engine while somebody holds it. */
import type {Session} from '../ports.ts';

export interface SwitchableSession extends Session {
  turnTo(next: Session): void;
}

export function switchable(first: Session): SwitchableSession {
  let present = first;
  return {
    /** What the session before it answers, or fails with, counts no more once there is another. */
    async next(signal) {
      for (;;) {
        const asked = present;
        try {
          const update = await asked.next(signal);
          if (asked === present) return update;
        } catch (error) {
          if (asked === present) throw error;
        }
      }
    },
    command: command => present.command(command),
    look: (service, kind) => present.look(service, kind),
    refresh: () => present.refresh(),
    past: at => present.past(at),
    takeOver: () => present.takeOver(),
    close: () => present.close(),
    turnTo(next) {
      present = next;
    },
  };
}
