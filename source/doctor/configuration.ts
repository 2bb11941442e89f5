/** What is wrong with a configuration, by itself and on the host that is there. It asks no server. */
import {fitToHost, preflight} from '../config/capacity.ts';
import {ConfigError, type Config} from '../config/config.ts';
import {loadConfig} from '../config/file.ts';
import {modeHints} from '../config/mode-hints.ts';
import type {HostFacts} from '../ports.ts';
import {note, ok, wrong, type Finding} from './finding.ts';

export type ReadFile =
  | {readonly kind: 'none'}
  | {readonly kind: 'read'; readonly path: string; readonly config: Config}
  | {readonly kind: 'wrong'; readonly path: string; readonly problems: readonly string[]};

export function readFile(path: string | null, capacity: number | 'auto' | null): ReadFile {
  if (path === null) return {kind: 'none'};
  try {
    return {kind: 'read', path, config: loadConfig(path, capacity ?? undefined)};
  } catch (error) {
    if (error instanceof ConfigError) return {kind: 'wrong', path, problems: error.problems};
    throw error;
  }
}

/** `facts` is what the host turned out to be; null where it wasn't reached. */
export function configurationFindings(
  file: ReadFile,
  facts: HostFacts | null,
  capacity: number | 'auto' | null,
  now: number,
): readonly Finding[] {
  switch (file.kind) {
    case 'none':
      return [noFile(facts)];
    case 'wrong':
      return file.problems.map(problem =>
        wrong('configuration', problem, `edit ${file.path}; “microscale check ${file.path}” looks again`),
      );
    case 'read':
      return facts === null ? onItsOwn(file.path, file.config, now) : onHost(file.path, facts, capacity, now);
  }
}

function noFile(facts: HostFacts | null): Finding {
  const labelled = (facts?.found ?? []).filter(({labels}) => Object.keys(labels).length > 0).length;
  if (labelled > 0)
    return ok('configuration', `no file; ${labelled} ${labelled === 1 ? 'service says' : 'services say'} in labels how they are scaled`);
  return note('configuration', 'there is no microscale.yaml here, and no service with microscale.* labels', '“microscale init” writes one');
}

function onItsOwn(path: string, config: Config, now: number): readonly Finding[] {
  const {project, capacity, services, notes} = config;
  const fine = ok(
    'configuration',
    `${path} is fine: project ${project}, capacity ${capacity}, ${services.length} ${services.length === 1 ? 'service' : 'services'}`,
  );
  return [fine, ...[...notes, ...modeHints(config, now)].map(text => note('configuration', text))];
}

function onHost(path: string, facts: HostFacts, capacity: number | 'auto' | null, now: number): readonly Finding[] {
  try {
    const config = loadConfig(path, capacity ?? undefined, facts.found);
    const {problems} = fitToHost(config, facts);
    return [
      ...onItsOwn(path, config, now),
      ...problems.map(problem => wrong('configuration', problem, `change capacity, slot or the services in ${path}`)),
      ...preflight(config).map(text => note('configuration', text)),
    ];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(problem =>
      wrong('configuration', `on this host: ${problem}`, `deploy the service that it adopts, or edit ${path}`),
    );
  }
}
