/** A screen as files in the folder that microscale was started in: text to paste, a picture to show. */
import {rm, writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {plainText, svgOf, type SavedScreen} from '../console/screenshot.ts';

/** So many screens of one second: more than anybody presses, and an end where every name is taken. */
const namesMost = 100;

/** Resolves with the names of the files; nothing that is there is written over. `at` is in milliseconds since the epoch. */
export async function saveScreen({lines, columns, paper}: SavedScreen, folder: string, at: number): Promise<string> {
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  for (let number = 1; number <= namesMost; number++) {
    const name = `microscale-${stamp}${number === 1 ? '' : `-${number}`}`;
    const [text, picture] = [resolve(folder, `${name}.txt`), resolve(folder, `${name}.svg`)];
    if (!(await makeFile(text, plainText(lines)))) continue;
    if (await makeFile(picture, svgOf(lines, columns, paper))) return `${name}.txt and ${name}.svg`;
    // The picture's name is somebody else's: the two belong together, so both get another.
    await rm(text);
  }
  throw new Error(`${namesMost} screens of this second are there already`);
}

/** False where something of that name is there. */
async function makeFile(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, {flag: 'wx'});
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
