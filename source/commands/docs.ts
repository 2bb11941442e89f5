/** The manual page and the page of keys, from the same help and the same table that the program shows. Text only. */
import {keyTable} from '../console/keys/table.ts';
import {helpText} from './help.ts';

/** `docs/keys.md`. */
export function keysPage(): string {
  const rows = keyTable.map(({shown, name, words}) => `| \`${shown}\` | ${name ?? ''} | ${words} |`);
  return [
    '# Keys',
    '',
    'Made from the table in `source/console/keys` by `npm run docs`. A name can be typed after `:`.',
    '',
    '| key | name | does |',
    '| --- | ---- | ---- |',
    ...rows,
    '',
    'A question is answered by `y`; `n`, Esc and Enter mean no. What is pasted fires no key. Every override ends by itself.',
    '',
  ].join('\n');
}

/** `docs/microscale.1`, for man(7). */
export function manualPage(version: string): string {
  return [
    `.TH MICROSCALE 1 "" "microscale ${version}" "User Commands"`,
    '.SH NAME',
    'microscale \\- gives the most important service what its live demand asks for, on machines that you have',
    '.SH SYNOPSIS',
    '.B microscale',
    '.RI [ command ]\\ [ flags ]',
    '.SH DESCRIPTION',
    '.nf',
    ...helpText.trim().split('\n').map(roff),
    '.fi',
    '.SH KEYS',
    'In the console. A name can be typed after a colon.',
    ...keyTable.flatMap(({shown, name, words}) => ['.TP', `.B ${roff(shown)}`, roff(name === null ? words : `${words} (${name})`)]),
    '.SH SEE ALSO',
    '.BR docker (1)',
    '',
  ].join('\n');
}

/** Nothing in a line of text may be taken for a request or an escape. */
function roff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
