/** The managers that may be asked, one after another: the one that answers is used until it answers no more. */
import type Docker from 'dockerode';
import {createClient, type DockerClient} from '../docker/client.ts';
import type {ChosenEndpoint} from '../docker/endpoint.ts';

export interface Managers {
  docker(): Docker;
  chosen(): ChosenEndpoint;
  /** How many there are to try. */
  readonly count: number;
  /** Turns to the next one. */
  turn(): void;
  destroy(): void;
}

export function createManagers(endpoints: readonly [ChosenEndpoint, ...ChosenEndpoint[]]): Managers {
  const clients = new Map<number, DockerClient>();
  let at = 0;
  const chosen = () => endpoints[at] ?? endpoints[0];

  function client(): DockerClient {
    const known = clients.get(at);
    if (known) return known;
    const made = createClient(chosen().endpoint);
    clients.set(at, made);
    return made;
  }

  return {
    docker: () => client().docker,
    chosen,
    count: endpoints.length,
    turn() {
      // Whatever still hangs on the one that is left is cut off.
      clients.get(at)?.destroy();
      clients.delete(at);
      at = (at + 1) % endpoints.length;
    },
    destroy() {
      for (const {destroy} of clients.values()) destroy();
      clients.clear();
    },
  };
}
