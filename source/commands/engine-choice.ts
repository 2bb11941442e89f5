/** Which of several engines on a machine is meant: the one of this folder's project, or none, and then each is named. */
import {clean} from '../clean.ts';

export interface RunningEngine {
  readonly path: string;
  /** What it says of itself; null where it says nothing. */
  readonly about: {readonly project: string; readonly host: string} | null;
}

export type EngineChoice = {readonly kind: 'chosen'; readonly path: string} | {readonly kind: 'unclear'; readonly words: string};

/** `project` is that of the configuration here; null where there is none. */
export function chooseEngine(engines: readonly RunningEngine[], project: string | null): EngineChoice {
  const meant = engines.length === 1 ? engines : engines.filter(({about}) => project !== null && about?.project === project);
  const [only] = meant;
  if (only && meant.length === 1) return {kind: 'chosen', path: only.path};
  const lines = engines.map(({path, about}) => {
    const named = about ? `${about.project} on ${about.host}` : 'it doesn’t say what it runs';
    return clean(`  --socket ${path}  ${named}`);
  });
  return {kind: 'unclear', words: ['several engines run here: say which, or be in the folder of its microscale.yaml', ...lines].join('\n')};
}
