/** The console on an engine: its own, in a thread, or one that runs already. The terminal is given back whatever happens. */
import {hostname} from 'node:os';
import {clean} from '../clean.ts';
import type {ThemeChoice} from '../config/themes.ts';
import {openSession} from '../control/channel.ts';
import type {Attached} from '../control/client.ts';
import type {LeaseRecord} from '../control/lease.ts';
import {HostError, type Sight} from '../ports.ts';
import type {OnExit} from '../scaler/on-exit.ts';
import type {Reply} from '../scaler/entry.ts';
import {launchEngine, type Launched} from './engine-launch.ts';
import {fateWords} from './fate.ts';
import {clockWords} from './lines.ts';
import {UsageError, type Options} from './options.ts';
import {ownerName} from './owner.ts';
import {saveScreen} from './saved-screen.ts';
import {endFor, farewell, filedTheme, loadScreen, openScreen, type Screen} from './screen.ts';
import {switchable} from './switchable.ts';
import {portChannel, type EngineThreadNews} from './thread-port.ts';

/** How long the engine may take to bring things to their end; longer where it was asked to change counts. */
const closeLimitMs: Readonly<Record<OnExit, number>> = {leave: 10_000, restore: 70_000, drain: 70_000};
/** How long a thread with nothing left to do may take to see that. */
const endLimitMs = 1000;
/** How soon an engine on this machine says that it is there. */
const welcomeLimitMs = 2000;

/** An engine that a console looks at: in a thread of this process, or somewhere else. */
type Held =
  | {
      readonly kind: 'own';
      readonly launched: Launched;
      readonly session: ReturnType<typeof openSession>;
      /** The colours that its configuration wants. */
      readonly theme: ThemeChoice | null;
      readonly onExit: OnExit;
    }
  | {readonly kind: 'attached'; readonly attached: Attached; readonly far: string | null};

/** The console, with the engine that was launched for it unless another acts on the same host already. */
export async function openConsole(options: Options, launched: Launched): Promise<number> {
  // While the engine opens in its thread, the screen's libraries load in this one.
  const screen = loadScreen();
  // It is waited for only once there is an engine, which may say first why there is none.
  screen.catch(() => {});
  const opened = await openThread(launched);
  if (opened.kind === 'own') return show(opened, options, await screen);
  const held = await attachOrWait(opened.holder, options);
  return show(held, options, await screen);
}

/** `attach`: the console on an engine that runs already, on this machine or on the one that is named. */
export async function attachConsole(target: string | null, options: Options): Promise<number> {
  const screen = loadScreen();
  screen.catch(() => {});
  const visitor = {owner: ownerName(), readOnly: options.readOnly};
  const {attachFar, findSocket} = await import('./engine-socket.ts');
  if (target?.startsWith('ssh://'))
    return show({kind: 'attached', attached: await attachFar(target, options, visitor), far: target}, options, await screen);
  if (target !== null && !target.includes('/')) throw new UsageError(`“${target}” is no machine to attach to: write it as ssh://user@host`);
  const {attachTo} = await import('../control/client.ts');
  const attached = await attachTo(await findSocket(target ?? options.socket, options.config), visitor);
  return show({kind: 'attached', attached, far: null}, options, await screen);
}

/** The engine that acts here, if it can be spoken to; else one of our own, which waits until the lease is free. */
async function attachOrWait(holder: LeaseRecord, options: Options): Promise<Held> {
  if (holder.socket !== null && holder.where === hostname()) {
    const visitor = {owner: ownerName(), readOnly: options.readOnly};
    const {attachTo} = await import('../control/client.ts');
    try {
      return {kind: 'attached', attached: await attachTo(holder.socket, visitor, welcomeLimitMs), far: null};
    } catch (error) {
      // One that may not be spoken to is there all the same; one that doesn't answer may be about to lapse.
      if (['EACCES', 'EPERM'].includes(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '')) throw error;
    }
  } else if (options.config === null && options.capacity === null) {
    throw new HostError(
      `${holder.by} on ${holder.where} runs ${holder.project} on this host already. Look at it with: microscale attach ssh://${holder.where}`,
    );
  }
  const opened = await openThread(launchEngine({...options, attach: false}));
  if (opened.kind === 'own') return opened;
  throw new HostError(`${holder.by} on ${holder.where} runs ${holder.project} on this host already`);
}

/** Throws what the engine's thread threw. */
async function openThread(launched: Launched): Promise<Extract<Held, {kind: 'own'}> | {kind: 'elsewhere'; holder: LeaseRecord}> {
  const {broken} = launched;
  const session = openSession(portChannel(launched.sessionPort), sight => sight as Sight);
  void broken.then(error => session.end(error.message));
  const news = await launched.news;
  if (news.kind === 'open') return {kind: 'own', launched, session, theme: news.theme, onExit: news.onExit};
  // It ends by itself, having nothing left to do. To end a thread that is still loading, or the process under it, can crash.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, endLimitMs);
  });
  await Promise.race([broken, late]);
  clearTimeout(timer);
  if (news.kind === 'elsewhere') return news;
  throw Object.assign(new Error(news.kind === 'failed' ? news.message : 'the engine ended before it began'), {
    name: news.kind === 'failed' ? news.name : 'Error',
  });
}

async function show(first: Held, options: Options, screen: Screen): Promise<number> {
  const theme = first.kind === 'own' ? first.theme : await filedTheme(options);
  const {runConsole, dressed, terminal} = openScreen(screen, options, theme);
  // From here on there may be an engine to bring to its end.
  const ends = endFor(options.forMs);
  let held = first;
  const session = switchable(sessionOf(first));

  /** From an engine of our own the lease is asked for; in the place of one elsewhere, or of one that broke, another is put first. */
  async function takeOver(): Promise<Reply> {
    if (held.kind === 'own' && held.launched.whyBroken() === null) return session.takeOver();
    const launch = held.kind === 'own' ? {...options, attach: false, takeOver: true} : launchInstead(held, options);
    if (typeof launch === 'string') return {kind: 'refused', reason: launch};
    try {
      const opened = await openThread(launchEngine(launch));
      if (opened.kind !== 'own') return {kind: 'refused', reason: 'no engine could be started here'};
      const before = held;
      held = opened;
      session.turnTo(opened.session);
      if (before.kind === 'attached') before.attached.close();
      return {kind: 'accepted', words: 'an engine runs here now, and asks for the lease'};
    } catch (error) {
      return {kind: 'refused', reason: (error as Error).message};
    }
  }

  /** An engine that is gone doesn't go on without this console. */
  let isGone = false;
  async function next(signal?: AbortSignal) {
    try {
      const update = await session.next(signal);
      isGone = false;
      return update;
    } catch (error) {
      isGone = signal?.aborted !== true;
      throw error;
    }
  }

  const leaving = await runConsole({
    session: {...session, next, takeOver},
    terminal,
    input: process.stdin,
    ...dressed(clockWords),
    readOnly: options.readOnly,
    attached: () => held.kind === 'attached',
    onExit: () => (held.kind === 'own' ? held.onExit : 'leave'),
    spoken: options.screenReader,
    bellMs: options.bellMs,
    replay: null,
    save: screen => saveScreen(screen, '.', Date.now()),
    ends,
  });
  if (held.kind === 'attached') {
    const {attached} = held;
    attached.close();
    return farewell(leaving, `the engine of ${attached.about.project} ${isGone ? 'is gone' : 'goes on without this console'}`);
  }
  const broke = held.launched.whyBroken();
  if (broke) return farewell({kind: 'broken', error: broke}, '');
  const news = await closeThread(held.launched, held.onExit);
  return farewell(leaving, news?.kind === 'closed' ? fateWords(news.ended) : 'the engine was not waited for any longer');
}

function sessionOf(held: Held) {
  return held.kind === 'own' ? held.session : held.attached.session;
}

/** How an engine of our own is to be started in the place of another; why it can't be, as a sentence. */
function launchInstead({attached, far}: Extract<Held, {kind: 'attached'}>, options: Options): Options | string {
  const {about} = attached;
  const config = options.config ?? (far === null ? about.config : null);
  if (config === null && about.config !== null)
    return `it follows ${clean(about.config)} on its own machine: attach with --config FILE to take it over from here`;
  return {
    ...options,
    config,
    hosts: far === null ? (options.hosts.length > 0 ? options.hosts : about.hosts) : [far],
    capacity: options.capacity ?? about.capacity,
    image: options.image ?? about.image,
    attach: false,
    takeOver: true,
  };
}

/** Null where it broke, took too long, or another signal has asked not to wait. */
async function closeThread({thread, broken}: Launched, onExit: OnExit): Promise<EngineThreadNews | null> {
  let timer: NodeJS.Timeout | undefined;
  const closed = new Promise<EngineThreadNews | null>(resolve => {
    const giveUp = () => resolve(null);
    thread.on('message', resolve);
    void broken.then(giveUp);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, giveUp);
    timer = setTimeout(giveUp, closeLimitMs[onExit]);
  });
  thread.postMessage('close');
  const news = await closed;
  clearTimeout(timer);
  await thread.terminate();
  return news;
}
