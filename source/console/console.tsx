/** Runs the console on a session until the operator leaves: pulls updates as the terminal takes them, sends commands. */
import {render, type Instance} from 'ink';
import {clean} from '../clean.ts';
import type {Session} from '../ports.ts';
import type {OnExit} from '../scaler/on-exit.ts';
import {withoutAnswers} from './answers.ts';
import {App} from './app.tsx';
import {backgroundQuestion, createBackgroundQuestion} from './background.ts';
import {listen, quietBell} from './bell.ts';
import {scrolledTo} from './close-up.ts';
import {createCommander} from './commander.ts';
import {copyText} from './detail.ts';
import {scrollRoom} from './detail-panes.ts';
import {frame, smallest} from './frame.ts';
import type {Effect} from './keys/effect.ts';
import type {Look} from './look.ts';
import {keepLooking} from './looking.ts';
import type {SavedScreen} from './screenshot.ts';
import {heard} from './silence.ts';
import {emptyState, reduce, selectedService} from './state.ts';
import {createStore} from './store.ts';
import type {Terminal} from './terminal.ts';
import type {Background} from './theme.ts';
import {createTraveller} from './travel.ts';

/** Why the console ended. */
export type Leaving =
  | {readonly kind: 'asked'}
  | {readonly kind: 'signal'; readonly signal: NodeJS.Signals}
  | {readonly kind: 'time'}
  | {readonly kind: 'broken'; readonly error: Error};

export interface ConsoleParts {
  readonly session: Session;
  readonly terminal: Terminal;
  readonly input: NodeJS.ReadStream;
  readonly look: Look;
  /** How it looks on the background that the terminal tells of; null where that changes nothing. */
  readonly lookOn: ((background: Background) => Look) | null;
  readonly readOnly: boolean;
  /** For a screen reader: sentences in the place of a drawing. */
  readonly spoken: boolean;
  /** How long priority 1 may be short before the terminal calls; null for never. */
  readonly bellMs: number | null;
  /** Whether the engine is somebody else's at this moment. */
  readonly attached: () => boolean;
  /** What an engine of our own does with the counts when it ends. */
  readonly onExit: () => OnExit;
  /** Where a recording is played from, and how fast; null for an engine. */
  readonly replay: {readonly at: number; readonly speed: number} | null;
  /** Keeps a frame, as text and as a picture; resolves with where, rejects with why not. */
  readonly save: (screen: SavedScreen) => Promise<string>;
  /** Calls back once when something outside ends the console. */
  readonly ends: (leave: (why: Leaving) => void) => void;
}

/** A key is seen within 50 ms, also right after a frame; what moves by itself is told far less often than this. */
const framesPerSecond = 40;
/** The first frame waits so long for the terminal to tell its background: too short to be noticed. */
const backgroundPatienceMs = 50;
/** Whoever leaves at once waits so long for it, so that it isn't taken for words of the next program. */
const lateBackgroundMs = 400;

export async function runConsole({
  session,
  terminal,
  input,
  look: given,
  lookOn,
  readOnly,
  spoken,
  bellMs,
  attached,
  onExit,
  replay,
  save,
  ends,
}: ConsoleParts): Promise<Leaving> {
  // The first frame shows the first state: there is nothing to see before.
  const first = reduce(emptyState(readOnly, attached(), replay !== null, onExit()), {kind: 'updated', update: await session.next()});
  const store = createStore(first, () => terminal.idle());
  const stop = new AbortController();
  let why: Leaving = {kind: 'asked'};
  let bell = quietBell;
  let look = given;
  let app: Instance | null = null;
  let seen = false;

  const say = (text: string, refused: boolean) => store.dispatch({kind: 'said', text, refused, at: store.latest().update?.vitals.at ?? 0});

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'event':
        store.dispatch(effect.event);
        void traveller.follow();
        return;
      case 'refuse':
        return say(effect.reason, true);
      case 'command':
        return command(effect.command);
      case 'take-over':
        say('taking over …', false);
        void session.takeOver().then(reply => {
          store.dispatch({kind: 'replied', reply, overrules: false, at: store.latest().update?.vitals.at ?? 0});
          if (reply.kind !== 'accepted') return;
          store.dispatch({kind: 'attached', attached: attached(), onExit: onExit()});
          if (store.latest().gone !== null) watch();
        });
        return;
      case 'scroll': {
        const state = store.latest();
        const to = scrolledTo(state, effect.by, scrollRoom(state, terminal.columns, terminal.rows));
        return store.dispatch({kind: 'scrolled', to});
      }
      case 'refresh':
        session.refresh();
        return say('reading everything from the host again', false);
      case 'copy': {
        const service = selectedService(store.latest());
        if (!service) return;
        terminal.copy(copyText(service, look.clock));
        return say(`copied what is known of ${service.spec.name}, if this terminal lets programs copy`, false);
      }
      case 'save': {
        const size = {columns: terminal.columns, rows: terminal.rows};
        void save({lines: frame(store.shown(), size, look), columns: size.columns, paper: look.style.paper}).then(
          where => say(`the screen is saved as ${where}`, false),
          (error: unknown) => say(`the screen could not be saved: ${(error as Error).message}`, true),
        );
        return;
      }
      case 'redraw':
        terminal.emit('resize');
        return;
      case 'leave':
        leave({kind: 'asked'});
    }
  }

  const command = createCommander({
    ask: given => session.command(given),
    replied: (reply, given) =>
      store.dispatch({kind: 'replied', reply, overrules: 'service' in given, at: store.latest().update?.vitals.at ?? 0}),
    now: () => performance.now(),
    after,
  });
  const traveller = createTraveller({
    store,
    ask: at => session.past(at),
    idle: () => terminal.idle(),
    after,
    say: reason => say(reason, true),
  });
  if (replay) {
    store.dispatch({kind: 'travelled', at: replay.at});
    store.dispatch({kind: 'paced', pace: {kind: 'playing', speed: replay.speed}});
    await traveller.follow();
  }

  let leaving = false;
  function leave(reason: Leaving): void {
    if (leaving) return;
    leaving = true;
    why = reason;
    void Promise.all([terminal.quiet(), within(lateBackgroundMs, background.closed())]).then(() => {
      stop.abort();
      try {
        app?.unmount();
      } catch {
        // A terminal that is gone takes no settings back.
      }
    });
  }
  ends(leave);
  // A stream that fails is a terminal that is gone: nobody looks any more.
  terminal.on('error', () => leave({kind: 'signal', signal: 'SIGHUP'}));
  for (const gone of ['end', 'error']) input.on(gone, () => leave({kind: 'signal', signal: 'SIGHUP'}));

  let clears = 0;
  const view = () => (
    <App store={store} look={look} spoken={spoken} perform={perform} budget={() => terminal.budget()} clears={() => clears} />
  );
  // An answer that comes late has the screen that is there drawn in the other colours.
  const background = createBackgroundQuestion(told => {
    look = lookOn?.(told) ?? look;
    app?.rerender(view());
  });
  const keys = withoutAnswers(input, {
    cursor(question) {
      background.passed();
      terminal.arrived(question);
    },
    background: background.answered,
    awaits: background.isOpen,
    // Once the terminal has taken the first frame, but for the short sequences that may follow it.
    sees: () => (seen ||= app !== null && terminal.writableLength < smallest.columns),
  });
  // Before the first frame, so that how long an answer takes is known before much is on its way. Raw, so that none is echoed.
  keys.setRawMode(true);
  if (lookOn === null || spoken) terminal.ask();
  else {
    background.asked();
    terminal.ask(backgroundQuestion);
    await within(backgroundPatienceMs, background.closed());
  }
  if (leaving) {
    if (!stop.signal.aborted) await aborted(stop.signal);
    terminal.restore();
    return why;
  }
  app = render(view(), {
    stdout: terminal as unknown as NodeJS.WriteStream,
    stdin: keys,
    interactive: true,
    alternateScreen: !spoken,
    isScreenReaderEnabled: spoken,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: true,
    maxFps: framesPerSecond,
  });
  // Also where no key asks before the next frame is on its way.
  void terminal.idle().then(() => (seen = true));
  // A terminal that was smaller for a moment, or that another program has written on, holds something else than Ink believes:
  // all is drawn anew. Ink has heard of the size by now, and draws nothing more of the old one.
  const drawAnew = () => {
    clears++;
    terminal.write('\u001b[0m\u001b[2J\u001b[H');
    app?.clear();
    store.again();
  };
  if (!spoken) terminal.on('resize', drawAnew);

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      await terminal.idle();
      const next = session.next(stop.signal);
      // A recording has said all that it has to say.
      const update = await (replay ? next : heard(next, forMs => store.dispatch({kind: 'silent', forMs})));
      store.dispatch({kind: 'updated', update});
      const called = listen(bell, update, bellMs);
      bell = called.bell;
      if (called.words !== null) terminal.notify('microscale', clean(called.words));
    }
  }
  function watch(): void {
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) store.dispatch({kind: 'gone', reason: (error as Error).message});
    });
  }
  watch();
  keepLooking({session, store, free: () => terminal.idle(), signal: stop.signal});

  try {
    // Where the terminal has stopped reading, Ink would wait for it for ever.
    await Promise.race([app.waitUntilExit(), aborted(stop.signal)]);
  } catch (error) {
    why = {kind: 'broken', error: error as Error};
  }
  stop.abort();
  traveller.close();
  terminal.restore();
  return why;
}

function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), {once: true}));
}

/** Resolves with the promise, and at the latest after so many milliseconds. */
function within(ms: number, promise: Promise<void>): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
