/** Sends what an operator decides, and says so when the engine doesn't answer. It knows no key and no screen. */
import type {Command, Reply} from '../scaler/entry.ts';

export interface CommanderParts {
  readonly ask: (command: Command) => Promise<Reply>;
  readonly replied: (reply: Reply, command: Command) => void;
  /** In milliseconds, of a clock that nobody sets. */
  readonly now: () => number;
  /** Calls back once, unless it is taken back before. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** An engine answers within milliseconds, and over a bad line within this. */
const patienceMs = 1500;

/**
 * Nothing more is sent while an answer is overdue: it would be done unseen, all at once, whenever the engine comes round. Held
 * keys come within the patience and are sent as they are pressed.
 */
export function createCommander({ask, replied, now, after}: CommanderParts): (command: Command) => void {
  let open: readonly {readonly since: number}[] = [];
  return command => {
    const [oldest] = open;
    const since = now();
    if (oldest && since - oldest.since >= patienceMs)
      return replied({kind: 'refused', reason: 'not sent: the engine has not answered yet what it was asked before'}, command);
    const asked = {since};
    open = [...open, asked];
    const cancel = after(patienceMs, () =>
      replied({kind: 'refused', reason: 'the engine has not answered yet: it may still do what was asked'}, command),
    );
    void ask(command).then(reply => {
      cancel();
      open = open.filter(other => other !== asked);
      replied(reply, command);
    });
  };
}
