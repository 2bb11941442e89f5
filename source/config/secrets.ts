/**
 * `${NAME}` and `${file:/run/secrets/name}` in a demand: what they stand for, put in its place. It prints nothing of what
 * it reads: a mistake names the variable or the file.
 */
import {encodedInUrl, partsOf, type Placeholder} from './placeholders.ts';
import {demandSchema, type DemandText} from './demand-schema.ts';
import type {Mistake, Path} from './mistakes.ts';

/** Where secrets come from. */
export interface SecretStore {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The start of a file, of at most `bytesMax` bytes and one more; throws where it can't be read. */
  readonly readFile: (path: string, bytesMax: number) => string;
}

/** Where nothing is known of the environment. */
export const noSecrets: SecretStore = {
  environment: {},
  readFile() {
    throw new Error('files are not read here');
  },
};

export interface FilledDemand {
  readonly demand: DemandText;
  /** Every value that was put in, for whoever must not tell them. */
  readonly secrets: readonly string[];
}

export interface FillOptions {
  readonly secrets: SecretStore;
  readonly resolvePath: (path: string) => string;
  /** Whoever labels a service may not use this machine's environment, files and programs. */
  readonly fromLabels: boolean;
}

/** A secret, a certificate with its key included, is smaller. */
const secretBytesMax = 64 * 1024;

export function fillDemand(demand: DemandText, options: FillOptions, path: Path, mistakes: Mistake[]): FilledDemand {
  const values: string[] = [];
  let named = '';
  let failed = false;
  const mistake = (at: Path, words: string) => {
    failed = true;
    mistakes.push({path: at, words});
  };

  function fill(value: unknown, at: Path): unknown {
    if (typeof value === 'string') return fillText(value, at);
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...at, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...at, key])]));
  }

  function fillText(text: string, at: Path): string {
    if (!text.includes('${')) return text;
    const parts = partsOf(text);
    if (options.fromLabels && parts.some(({kind}) => kind !== 'text')) {
      mistake(at, 'uses ${…}, and a label may not take this machine’s environment and files: write the demand in the configuration file');
      return text;
    }
    const encoded = encodedInUrl(parts);
    return parts
      .map((part, index) => {
        if (part.kind === 'text') return part.text;
        const value = valueOf(part, at);
        if (value === null) return '';
        values.push(value);
        named = part.written;
        return encoded.has(index) ? encodeURIComponent(value) : value;
      })
      .join('');
  }

  function valueOf(part: Placeholder, at: Path): string | null {
    const found = lookUp(part, options);
    if (found.kind === 'value') return found.value;
    mistake(at, found.words);
    return null;
  }

  if (options.fromLabels && demand.source === 'command')
    mistake(
      [...path, 'source'],
      'is command, and a label may not start programs on this machine: write the demand in the configuration file',
    );
  const filled = fill(demand, path) as DemandText;
  if (failed || values.length === 0) return {demand: failed ? demand : filled, secrets: []};
  // What was put in must fit as what was written does. The schema's own words don't repeat what they were given.
  const checked = demandSchema.safeParse(filled);
  if (checked.success) return {demand: checked.data, secrets: values};
  for (const issue of checked.error.issues) mistake([...path, ...issue.path], `${issue.message}, and what ${named} stands for is none`);
  return {demand, secrets: values};
}

type Found = {readonly kind: 'value'; readonly value: string} | {readonly kind: 'none'; readonly words: string};

function lookUp(part: Placeholder, {secrets, resolvePath}: FillOptions): Found {
  switch (part.kind) {
    case 'variable': {
      const value = secrets.environment[part.name];
      if (value === undefined) return none(`needs ${part.written}, and there is no ${part.name} in the environment: set it`);
      return value === '' ? none(`needs ${part.written}, and ${part.name} is empty in the environment`) : {kind: 'value', value};
    }
    case 'file':
      return readSecret(part, resolvePath(part.path), secrets);
    case 'unknown':
      return none(`${part.written} is neither \${NAME} nor \${file:/run/secrets/name}; write $\${ for what is meant to stay`);
  }
}

function readSecret({written}: Placeholder, path: string, {readFile}: SecretStore): Found {
  let text: string;
  try {
    text = readFile(path, secretBytesMax);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    const words =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read: check its permissions' : 'it can’t be read';
    return none(`needs ${written}, and ${words}`);
  }
  if (Buffer.byteLength(text) > secretBytesMax) return none(`needs ${written}, and the file is too large for a secret`);
  const value = text.replace(/\r?\n$/, '');
  return value === '' ? none(`needs ${written}, and the file is empty`) : {kind: 'value', value};
}

function none(words: string): Found {
  return {kind: 'none', words};
}
