/** What a client can't make sense of must end its connection, and not the program: an error thrown in the middle of reading. */
import type {Duplex} from 'node:stream';

/** Whatever a listener throws at data that came becomes the end of the stream, with that as the error. */
export function guarded<Stream extends Duplex>(stream: Stream): Stream {
  const emit = stream.emit.bind(stream) as (name: string | symbol, ...values: unknown[]) => boolean;
  return Object.assign(stream, {
    emit(name: string | symbol, ...values: unknown[]): boolean {
      if (name !== 'data') return emit(name, ...values);
      try {
        return emit(name, ...values);
      } catch (error) {
        stream.destroy(new Error('answered with something that can’t be read', {cause: error}));
        return true;
      }
    },
  });
}
