/** Asks a RabbitMQ broker itself, by declaring the queue passively: it tells what waits, and nothing of what is at work. */
import type {Channel, ChannelModel} from 'amqplib';
import type {Line} from './asking/ask.ts';
import {loadClient} from './asking/client.ts';
import {SourceError} from './asking/failure.ts';
import type {RabbitmqDemand} from './rabbitmq.ts';

export function openBrokerLine(demand: RabbitmqDemand): Line {
  const stop = new AbortController();
  let broken: Error | null = null;

  const connect = async (): Promise<Channel> => {
    const {connect: connectTo} = await loadClient('amqplib', () => import('amqplib'));
    // The signal destroys the socket at once, in whatever state the client is: it has no such way of its own.
    const socket = {noDelay: true, signal: stop.signal};
    const model: ChannelModel = await connectTo(addressOf(demand), socket);
    model.on('error', (error: Error) => (broken ??= error));
    const channel = await model.createChannel();
    channel.on('error', (error: Error) => (broken ??= error));
    return channel;
  };

  let connected: Promise<Channel> | null = null;
  return {
    async ask() {
      try {
        connected ??= connect();
        const channel = await connected;
        const {messageCount} = await channel.checkQueue(demand.queue);
        return {kind: 'queue', waiting: messageCount, inFlight: 0, arrived: null};
      } catch (error) {
        throw inWords(broken ?? error, demand);
      }
    },
    close: () => stop.abort(),
  };
}

function addressOf({url, vhost, username, password}: RabbitmqDemand) {
  let at: URL;
  try {
    at = new URL(url);
  } catch (error) {
    throw new SourceError('expected an address such as amqp://host:5672', {cause: error});
  }
  const name = username ?? decodeURIComponent(at.username);
  const word = password ?? decodeURIComponent(at.password);
  const path = at.pathname.slice(1);
  return {
    protocol: at.protocol.slice(0, -1),
    hostname: at.hostname.replace(/^\[|\]$/g, ''),
    ...(at.port === '' ? {} : {port: Number(at.port)}),
    ...(name === '' && word === '' ? {} : {username: name, password: word}),
    // The client decodes it once more.
    vhost: encodeURIComponent(vhost === '/' && path !== '' ? decodeURIComponent(path) : vhost),
    // Each question has a time limit of its own.
    heartbeat: 0,
  };
}

function inWords(error: unknown, {queue, vhost}: RabbitmqDemand): unknown {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  const {message} = error;
  const cause = {cause: error};
  if (/ACCESS.REFUSED.*Login was refused/s.test(message)) return new SourceError('refused the name or password', cause);
  if (/NOT.FOUND - no queue/.test(message)) return new SourceError(`there is no queue ${queue} on the vhost ${vhost}`, cause);
  // Of why the broker refuses to open it, the client tells nothing.
  if (/Expected ConnectionOpenOk; got <ConnectionClose/.test(message))
    return new SourceError(`refuses the vhost ${vhost}: it is not there, or this user may not use it`, cause);
  if (/ACCESS.REFUSED|NOT.ALLOWED/.test(message)) return new SourceError('does not let us read this', cause);
  if (/RESOURCE.LOCKED/.test(message)) return new SourceError('the queue belongs to one connection alone: ask the management API', cause);
  if (/close|ended|socket/i.test(message)) return new SourceError('it broke the connection off', cause);
  return error;
}
