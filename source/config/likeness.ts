/** What new replicas take over from a container that is there, as lines of a configuration. No secret is written down. */
import {yamlValue} from './yaml-value.ts';

/** How a container differs from what its image alone would make. */
export interface Likeness {
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly user: string | null;
  readonly networks: readonly string[];
  /** Names only: values may be secrets. */
  readonly environment: readonly string[];
  readonly init: boolean;
}

/** More than this is no environment that somebody wrote. */
const namesMax = 100;

export function likenessLines({entrypoint, command, user, networks, environment, init}: Likeness): readonly string[] {
  const hidden = mayHoldSecret([...(entrypoint ?? []), ...(command ?? [])]);
  const names = environment.filter(name => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)).slice(0, namesMax);
  return [
    ...(hidden ? ['# Its command may hold a secret, and is left out: write it here, as command: [program, argument].'] : []),
    ...(entrypoint && !hidden ? [`entrypoint: ${line(entrypoint)}`] : []),
    ...(command && !hidden ? [`command: ${line(command)}`] : []),
    ...(user === null || control.test(user) ? [] : [`user: ${yamlValue(user)}`]),
    ...(networks.length === 0 ? [] : [`networks: ${line(networks)}`]),
    ...(names.length === 0
      ? []
      : ['# Without their values, which are taken from microscale’s own environment: set them there.', `environment: ${line(names)}`]),
    ...(init ? ['init: true'] : []),
  ];
}

/** Words as they are, on one line: no control character of a container's reaches the terminal of whoever reads the file. */
function line(words: readonly string[]): string {
  return `[${words.map(word => (control.test(word) ? escaped(word) : yamlValue([word]).slice(1, -1))).join(', ')}]`;
}

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

function escaped(word: string): string {
  return JSON.stringify(word).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const secretName = /pass|pwd|secret|token|credential|auth|api.?key|private|access.?key/i;
const userInUrl = /:\/\/[^/\s]*:[^/\s]*@/;
/** As `mysql -phunter2` has it. */
const shortPassword = /^-p(?!\d+$)./;
/** Long, and of letters and digits mixed: what a machine made up. */
const madeUp = /(?=[A-Za-z0-9+_-]*\d)(?=[A-Za-z0-9+_-]*[A-Za-z])[A-Za-z0-9+_-]{24,}/;

/** Rather once too often: whoever reads the file then writes the command in. */
function mayHoldSecret(words: readonly string[]): boolean {
  return words.some(word => [secretName, userInUrl, shortPassword, madeUp].some(shape => shape.test(word)));
}
