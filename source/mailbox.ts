/**
 * What waits for the engine's next turn, bounded: a newer reading or observation of the same thing replaces one that still
 * waits, a command is never dropped but refused. It knows neither the time nor what becomes of an entry.
 */
import type {Entry, Reply} from './scaler/entry.ts';

/** An entry whose time is not known before it is folded. */
export type Timeless = Entry extends infer One ? (One extends Entry ? Omit<One, 'at'> : never) : never;
type Answer = (reply: Reply) => void;

export interface Mailbox {
  /** Replaces what waits under the same key. */
  post(key: string, entry: Timeless): void;
  /** Folded ahead of all else, so that readings and observations find their service. */
  configure(entry: Timeless): void;
  /** What became of the lease, in its order: nothing here replaces what came before it. */
  tell(entry: Timeless): void;
  /** The same, ahead of what waits. */
  hurry(entry: Timeless): void;
  /** False where too many wait already: it is not taken. */
  note(entry: Timeless): boolean;
  command(entry: Timeless, answer: Answer): boolean;
  /** All that waits in the order in which it is folded, and who waits for an answer, in the order of the commands. */
  take(): {readonly waiting: readonly Timeless[]; readonly answers: readonly Answer[]};
  /** What is new of the world, for the record; commands that still wait are not carried out any more. */
  close(): {readonly news: readonly Timeless[]; readonly answers: readonly Answer[]};
}

/** More commands than this at once are no operator's: the rest is refused. */
const commandsMax = 100;
const notesMax = 100;

export function createMailbox(): Mailbox {
  let configured: Timeless | null = null;
  let lease: readonly Timeless[] = [];
  let notes: readonly Timeless[] = [];
  let commands: readonly {readonly entry: Timeless; readonly answer: Answer}[] = [];
  const latest = new Map<string, Timeless>();
  const answersOf = () => commands.map(({answer}) => answer);

  return {
    post: (key, entry) => void latest.set(key, entry),
    configure(entry) {
      configured = entry;
    },
    tell(entry) {
      lease = [...lease, entry];
    },
    hurry(entry) {
      lease = [entry, ...lease];
    },
    note(entry) {
      if (notes.length >= notesMax) return false;
      notes = [...notes, entry];
      return true;
    },
    command(entry, answer) {
      if (commands.length >= commandsMax) return false;
      commands = [...commands, {entry, answer}];
      return true;
    },
    take() {
      const waiting = [...(configured ? [configured] : []), ...lease, ...latest.values(), ...notes, ...commands.map(({entry}) => entry)];
      const answers = answersOf();
      [configured, lease, notes, commands] = [null, [], [], []];
      latest.clear();
      return {waiting, answers};
    },
    close: () => ({news: [...latest.values()], answers: answersOf()}),
  };
}
