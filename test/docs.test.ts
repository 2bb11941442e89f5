import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {keysPage, manualPage} from '../source/commands/docs.ts';
import {keyTable} from '../source/console/keys/table.ts';

const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
/** The formatter pads the columns. */
const narrow = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('the page of keys is what the key table says (npm run docs)', () => {
  expect(narrow(readFileSync('docs/keys.md', 'utf8'))).toBe(narrow(keysPage()));
});

test('the manual page is what the help and the key table say (npm run docs)', () => {
  expect(readFileSync('docs/microscale.1', 'utf8')).toBe(manualPage(version));
});

test('the manual page names every key, and holds no line that begins a request by accident', () => {
  const lines = manualPage(version).split('\n');
  for (const {words} of keyTable) expect(lines.some(line => line.startsWith(words.slice(0, 12).replaceAll('-', '\\-')))).toBe(true);
  for (const line of lines) if (line.startsWith('.')) expect(line).toMatch(/^\.(TH|SH|B|BR|RI|TP|nf|fi)( |$)/);
});
