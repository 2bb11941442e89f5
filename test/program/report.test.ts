/** `report` as a user runs it, and its page in a real browser. */
import {execFile} from 'node:child_process';
import {appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {needing, needs, programPath} from '../support/needs.ts';
import {emptyFolder, run} from '../support/program.ts';
import {recordShop} from '../support/recordings.ts';

/** A browser takes its time on a loaded machine. */
const browserMs = 120_000;

async function folderWithShop(note = 'the import may wait') {
  const folder = emptyFolder();
  await recordShop(note, join(folder, 'shop.rec'));
  return folder;
}

async function reported(folder: string, ...words: readonly string[]) {
  const report = run(['report', ...words], folder);
  const status = await report.ended;
  return {status, output: report.output(), errors: report.errors()};
}

test('a recording becomes one page, and one that is there is written over only when told to', async () => {
  const folder = await folderWithShop();
  const first = await reported(folder, 'shop.rec');
  expect(first).toMatchObject({status: 0, errors: ''});
  expect(first.output).toContain('report.html is written');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('uPlot');
  writeFileSync(join(folder, 'report.html'), 'precious');
  const second = await reported(folder, 'shop.rec');
  expect(second).toMatchObject({status: 2, output: ''});
  expect(second.errors).toBe('microscale: report.html is there already: --force writes over it, --output FILE writes elsewhere\n');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('precious');
  expect(await reported(folder, 'shop.rec', '--force')).toMatchObject({status: 0});
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<!doctype html>');
  expect(readdirSync(folder).toSorted()).toEqual(['report.html', 'shop.rec']);
});

test('JSON and Markdown go to stdout, and write no file', async () => {
  const folder = await folderWithShop();
  const json = await reported(folder, 'shop.rec', '--json');
  expect(JSON.parse(json.output)).toMatchObject({project: 'shop', damage: null, overrides: {items: [{owner: 'ann@ops'}, {}, {}]}});
  const markdown = await reported(folder, 'shop.rec', '--markdown');
  expect(markdown.output).toMatch(/^# shop: microscale report\n/);
  expect(readdirSync(folder)).toEqual(['shop.rec']);
});

test('of a damaged recording, what was readable before is reported, and that is said', async () => {
  const folder = await folderWithShop();
  const lines = readFileSync(join(folder, 'shop.rec'), 'utf8').trimEnd().split('\n');
  const broken = Math.floor(lines.length / 2);
  writeFileSync(join(folder, 'bad.rec'), lines.with(broken, '{"half":').join('\n'));
  const page = await reported(folder, 'bad.rec');
  expect(page).toMatchObject({status: 1, errors: ''});
  expect(page.output).toContain(`bad.rec:${broken + 1} is damaged`);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('this is what was readable before it');
  // A line of JSON that folds into nothing is damage too.
  writeFileSync(join(folder, 'odd.rec'), `${lines.slice(0, 50).join('\n')}\n[5,{"kind":"configured"}]\n[1,0]\n`);
  const odd = await reported(folder, 'odd.rec', '--json');
  expect(odd.status).toBe(1);
  expect((JSON.parse(odd.output) as {damage: string}).damage).toContain('odd.rec:51 is damaged');
});

test('where the system names no time zone that there is, moments are told in UTC', async () => {
  const folder = await folderWithShop();
  const report = run(['report', 'shop.rec', '--json'], folder, {TZ: 'foo/bar'});
  expect(await report.ended).toBe(0);
  expect((JSON.parse(report.output()) as {timeZone: string}).timeZone).toBe('UTC');
});

test('what can’t be read or written is said in one line', async () => {
  const folder = await folderWithShop();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'other.json'), '{"name": "package"}\n');
  writeFileSync(join(folder, 'empty.rec'), '');
  for (const [words, status, message] of [
    [[], 2, 'report takes one recording: microscale report FILE'],
    [['none.rec'], 2, 'the recording none.rec can’t be read: there is no such file or folder'],
    [['folder'], 2, 'folder is a folder: name the recording in it'],
    [['other.json'], 1, "other.json is no recording: its first line isn't a header"],
    [['empty.rec'], 1, 'empty.rec is empty: it is no recording'],
    [['shop.rec', '--json', '--markdown'], 2, '--json and --markdown are two answers: say one of them'],
    [['shop.rec', '--json', '--output', 'x'], 2, '--output is where the page goes; JSON and Markdown go to stdout: use > FILE'],
    [
      ['shop.rec', '--output', 'nowhere/report.html'],
      1,
      'the report nowhere/report.html can’t be written: there is no such file or folder',
    ],
    [['shop.rec', '--output', '/dev/full', '--force'], 1, 'the report /dev/full can’t be written: the disk is full'],
  ] as const) {
    const said = await reported(folder, ...words);
    expect(said, words.join(' ')).toEqual({status, output: '', errors: `microscale: ${message}\n`});
  }
});

needing('a browser', needs.chromium, () => {
  test(
    'a browser draws every chart of the page without a complaint, whatever a note says',
    async () => {
      const folder = await folderWithShop('</script><script>document.title = "taken"</script><img src=x onerror="document.title=1">');
      await reported(folder, 'shop.rec');
      const file = join(folder, 'report.html');
      // What a browser would say of a page that is broken: so that its silence means something.
      const broken = join(folder, 'broken.html');
      writeFileSync(broken, readFileSync(file));
      appendFileSync(broken, '<script>alert(1)</script>');
      const [page, other] = [await browse(folder, file), await browse(folder, broken)];
      expect(other.complaints).toMatch(/Content Security Policy/i);
      expect(page.complaints).toBe('');
      expect(page.dom).toMatch(/<html[^>]* data-charts="4 of 4"/);
      expect(page.dom).not.toMatch(/<html[^>]* data-trouble/);
      expect(page.dom.match(/<canvas /g)).toHaveLength(4);
      expect(page.dom).toContain('<title>shop: microscale report</title>');
      expect(page.dom).not.toContain('<img');
    },
    3 * browserMs,
  );
});

/** The page as a browser has it once its scripts have run, and what its console said. */
async function browse(folder: string, file: string): Promise<{dom: string; complaints: string}> {
  const program = programPath('chromium') ?? 'chromium';
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--enable-logging=stderr', '--no-first-run'];
  const own = [`--user-data-dir=${join(folder, 'profile')}`, '--virtual-time-budget=10000', '--dump-dom', `file://${file}`];
  const {stdout, stderr} = await promisify(execFile)(program, [...flags, ...own], {
    timeout: browserMs,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    env: {...process.env, HOME: folder},
  });
  const complaints = stderr.split('\n').filter(line => line.includes(':CONSOLE'));
  return {dom: stdout, complaints: complaints.join('\n')};
}
