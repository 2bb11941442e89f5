/** A screen as files in the folder that microscale was started in: text to paste, a picture to show. */
import {writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {plainText, svgOf} from '../console/screenshot.ts';

/** Resolves with the names of the files; nothing that is there is written over. */
export async function saveScreen(lines: readonly string[], columns: number): Promise<string> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const name = `microscale-${stamp}`;
  await writeFile(resolve(`${name}.txt`), plainText(lines), {flag: 'wx'});
  await writeFile(resolve(`${name}.svg`), svgOf(lines, columns), {flag: 'wx'});
  return `${name}.txt and ${name}.svg`;
}
