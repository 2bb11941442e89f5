/** The session protocol: a session at one end of a channel of plain messages, its double at the other. */
import type {LogLine, Past, Session, Sight, Update} from '../ports.ts';
import type {Reply} from '../scaler/entry.ts';
import type {Service} from '../scaler/fleet.ts';
import type {Request} from './protocol.ts';
import {lengthenSight, shortenSight, type SentTail} from './sight.ts';

/** Anything that carries plain data in order: a worker's port, or a socket's lines. */
export interface Channel {
  send(message: unknown): void;
  receive(listener: (message: unknown) => void): void;
}

/** An update in which a service that is as it was is only its place in the one before. */
interface SentUpdate extends Omit<Update, 'fleet'> {
  readonly fleet: Omit<Update['fleet'], 'services'> & {readonly services: readonly (Service | number)[]};
}

type Response =
  | {readonly id: number; readonly kind: 'update'; readonly update: SentUpdate}
  | {readonly id: number; readonly kind: 'reply'; readonly reply: Reply}
  | {readonly id: number; readonly kind: 'past'; readonly past: Past}
  | {readonly id: number; readonly kind: 'sight'; readonly sight: Sight | SentTail}
  | {readonly id: number; readonly kind: 'gone'; readonly reason: string};

/** Answers the requests that come through the channel. One `next` is answered at a time: that is the back pressure. */
export function serveSession(session: Session, channel: Channel): void {
  let sent: readonly Service[] = [];
  let asking = false;
  let looking = false;
  /** The lines of the log that were sent last. */
  let told: readonly LogLine[] = [];

  function shorten(update: Update): SentUpdate {
    const places = new Map(sent.map((service, place) => [service, place]));
    sent = update.fleet.services;
    return {...update, fleet: {...update.fleet, services: sent.map(service => places.get(service) ?? service)}};
  }

  channel.receive(message => {
    const request = message as Request;
    switch (request.kind) {
      case 'next':
        if (asking) return;
        asking = true;
        session
          .next()
          .then(
            update => channel.send({id: request.id, kind: 'update', update: shorten(update)} satisfies Response),
            (error: Error) => channel.send({id: request.id, kind: 'gone', reason: error.message} satisfies Response),
          )
          .finally(() => {
            asking = false;
          });
        return;
      case 'command':
        void session.command(request.command).then(reply => channel.send({id: request.id, kind: 'reply', reply} satisfies Response));
        return;
      case 'take-over':
        void session.takeOver().then(reply => channel.send({id: request.id, kind: 'reply', reply} satisfies Response));
        return;
      case 'past':
        void session.past(request.at).then(
          past => channel.send({id: request.id, kind: 'past', past} satisfies Response),
          (error: Error) => channel.send({id: request.id, kind: 'gone', reason: error.message} satisfies Response),
        );
        return;
      case 'look': {
        const answer = (sight: Sight | SentTail) => channel.send({id: request.id, kind: 'sight', sight} satisfies Response);
        if (looking) return answer({kind: 'unseen', reason: 'one look at a time'});
        looking = true;
        void session
          .look(request.service, request.at)
          .then(sight => {
            answer(shortenSight(told, sight));
            if (sight.kind === 'logs') told = sight.tail.lines;
          })
          .finally(() => {
            looking = false;
          });
        return;
      }
      case 'push':
        // Numbers are for the engine's sources, and not for a session: the control socket takes them before it comes to this.
        channel.send({id: request.id, kind: 'reply', reply: {kind: 'refused', reason: 'no number can be pushed here'}} satisfies Response);
        return;
      case 'refresh':
        session.refresh();
    }
  });
}

const unseen = (reason: string): Sight => ({kind: 'unseen', reason});

export interface FarSession extends Session {
  /** A number for a demand that is pushed. */
  push(service: string, value: number): Promise<Reply>;
  /** The other end is gone: what waits is rejected, and what comes is too. */
  end(reason: string): void;
}

/** `believe` is what of a sight is believed: all of it where the other end is our own. */
export function openSession(channel: Channel, believe: (sight: unknown) => Sight): FarSession {
  const waiting = new Map<number, {resolve: (response: Response) => void; reject: (error: Error) => void}>();
  let got: readonly Service[] = [];
  let ended: string | null = null;
  /** Set once an engine of an older version has not known what a look is: it isn't asked again. */
  let blind = false;
  /** The lines of the log that came last. */
  let heard: readonly LogLine[] = [];
  let ids = 0;
  channel.receive(message => {
    const response = message as Response;
    waiting.get(response.id)?.resolve(response);
    waiting.delete(response.id);
  });

  function lengthen(update: SentUpdate): Update {
    got = update.fleet.services.flatMap(service => (typeof service === 'number' ? (got[service] ?? []) : service));
    return {...update, fleet: {...update.fleet, services: got}};
  }

  function ask(request: Request): Promise<Response> {
    if (ended !== null) return Promise.reject(new Error(ended));
    return new Promise((resolve, reject) => {
      waiting.set(request.id, {resolve, reject});
      channel.send(request);
    });
  }

  async function askReply(request: Request): Promise<Reply> {
    try {
      const response = await ask(request);
      return response.kind === 'reply' ? response.reply : {kind: 'refused', reason: 'the engine answered something else'};
    } catch (error) {
      return {kind: 'refused', reason: (error as Error).message};
    }
  }

  return {
    async next() {
      const response = await ask({id: ++ids, kind: 'next'});
      if (response.kind === 'update') return lengthen(response.update);
      throw new Error(response.kind === 'gone' ? response.reason : 'the engine answered something else');
    },
    command: command => askReply({id: ++ids, kind: 'command', command}),
    takeOver: () => askReply({id: ++ids, kind: 'take-over'}),
    async past(at) {
      const response = await ask({id: ++ids, kind: 'past', at});
      if (response.kind === 'past') return response.past;
      // An engine that doesn't know the question refuses it like any other that makes no sense.
      throw new Error(response.kind === 'gone' ? response.reason : 'this engine keeps no past: it is of an older microscale');
    },
    async look(service, kind) {
      if (blind) return unseen('the engine is older than this console, and can’t be asked for it');
      try {
        const response = await ask({id: ++ids, kind: 'look', service, at: kind});
        if (response.kind === 'sight') {
          const sight = believe(lengthenSight(heard, response.sight));
          if (sight.kind === 'logs') heard = sight.tail.lines;
          return sight;
        }
        blind = response.kind === 'reply';
        return unseen('the engine answered something else');
      } catch (error) {
        return unseen((error as Error).message);
      }
    },
    push: (service, value) => askReply({id: ++ids, kind: 'push', service, value}),
    refresh() {
      if (ended === null) channel.send({id: ++ids, kind: 'refresh'} satisfies Request);
    },
    close: () => {},
    end(reason) {
      ended = reason;
      for (const {reject} of waiting.values()) reject(new Error(reason));
      waiting.clear();
    },
  };
}
