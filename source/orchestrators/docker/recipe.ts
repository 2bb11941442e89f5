/** How one service's replicas come to be and cease to be on an engine: the part in which kinds of services differ. */
import type {ContainerInfo} from 'dockerode';
import type {Listed, Purpose} from '../replica.ts';
import type {Owner} from './owner.ts';

export interface Recipe {
  /** Whose its containers are. */
  readonly owner: Owner;
  /** Said when there is no container left to make others from; null where none is needed. */
  readonly noneLeft: string | null;
  /** Changes when a replica made now would differ; null when there is nothing to make any from. */
  print(): string | null;
  /** Why nothing should be made just now; null when nothing is in the way. */
  holdUp(): string | null;
  /** Makes all ready for `create`. `told` hears what takes long. Rejects with words that say what to do. */
  prepare(told: (reason: string) => void, signal: AbortSignal): Promise<void>;
  /** True where a replica counts as running only once its health check says so. */
  healthchecked(): boolean;
  /** True where replicas say themselves how busy they are. */
  saysHowBusy(): boolean;
  /** How long a replica may take to stop, in milliseconds. */
  graceMs(): number;
  /** Makes one more, or finds one that was kept, and answers its id. Rejects with status 409 where the number is taken. */
  create(number: number, purpose: Purpose): Promise<string>;
  start(id: string): Promise<void>;
  /** One that was made to wait serves from now on: whoever finds it later must know. */
  serves(id: string): Promise<void>;
  freeze(id: string): Promise<void>;
  thaw(id: string): Promise<void>;
  /** Answers when it has stopped. */
  stop(id: string): Promise<void>;
  /** The same for one that is paused, by the least share of the CPU where its share is ours to give. */
  end(id: string): Promise<void>;
  /** Gives one that is there its share of the CPU, where that is ours to give. */
  weigh(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** A container of its owner's as a replica; null for what is none, such as one that is kept. */
  listed(container: ContainerInfo): Listed | null;
  /** True for one that would be made otherwise now: a mistake that is taken back costs no replica. */
  isOutdated(id: string): boolean;
  /** True where the container's end is somebody else's doing, and nobody's failure. */
  wasEnded(id: string): boolean;
}

/** An error that counts as the engine's own no: the service fails, and the connection is fine. */
export function refusal(words: string): Error {
  return Object.assign(new Error(words), {statusCode: 400});
}

export function statusOf(error: unknown): number | undefined {
  return (error as {statusCode?: number}).statusCode;
}
