/** What a terminal says of its background: what it comes to, and that none of it is taken for a key. */
import {PassThrough} from 'node:stream';
import {beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {withoutAnswers} from '../../source/console/answers.ts';
import {backgroundOf, createBackgroundQuestion} from '../../source/console/background.ts';
import {themeFor, type Background} from '../../source/console/theme.ts';

describe('a colour that a terminal names', () => {
  test.each([
    ['rgb:ffff/ffff/ffff', 'light'],
    ['rgb:0000/0000/0000', 'dark'],
    ['rgb:fd/f6/e3', 'light'],
    ['rgb:00/2b/36', 'dark'],
    ['rgb:f/f/f', 'light'],
    ['rgba:ffff/ffff/dddd/ffff', 'light'],
    ['#282c34', 'dark'],
    ['#fff', 'light'],
    // Equally far from both ends as numbers, and not to the eye: what counts is whether black or white stands out more.
    ['rgb:8080/8080/8080', 'light'],
    ['rgb:0000/0000/ffff', 'dark'],
    ['rgb:0000/ffff/0000', 'light'],
  ] as const)('%s is %s', (said, background) => {
    expect(backgroundOf(said)).toBe(background);
  });

  test.each(['', '?', 'rgb:', 'rgb:12/34', 'rgb:gg/gg/gg', 'rgb:fffff/0/0', 'white', '#12345', 'rgb:00/00/00/00/00'])(
    '%j says nothing',
    said => {
      expect(backgroundOf(said)).toBeNull();
    },
  );

  test('goes before what the environment says, and a theme that was chosen before both', () => {
    expect(themeFor('auto', {COLORFGBG: '15;0'}, 'light')).toBe('light');
    expect(themeFor('auto', {COLORFGBG: '0;15'}, 'dark')).toBe('dark');
    expect(themeFor('auto', {COLORFGBG: '0;15'})).toBe('light');
    expect(themeFor('dark', {}, 'light')).toBe('dark');
  });
});

const white = '\u001b]11;rgb:ffff/ffff/ffff';

/** What was written has been read. */
const read = () => new Promise(resolve => setImmediate(resolve));

describe('the answer', () => {
  beforeEach(() => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    onTestFinished(() => void vi.useRealTimers());
  });

  function listen(sees = () => true) {
    const input = new PassThrough();
    const told: Background[] = [];
    const question = createBackgroundQuestion(background => told.push(background));
    let keys = '';
    let columns = '';
    const filtered = withoutAnswers(input as unknown as NodeJS.ReadStream, {
      cursor(column) {
        columns += column;
        question.passed();
      },
      background: question.answered,
      awaits: question.isOpen,
      sees,
    });
    filtered.on('data', (data: Buffer | string) => (keys += data.toString()));
    question.asked();
    return {input, told, question, keys: () => keys, columns: () => columns};
  }

  test.each([
    ['whole', [`+${white}\u0007+`]],
    ['ended the other way', [`+${white}\u001b\\+`]],
    ['beside that of the cursor', [`+${white}\u001b\\\u001b[1;1R+`]],
  ])('is taken out of the keys: %s', async (_how, pieces) => {
    const {input, told, keys} = listen();
    for (const piece of pieces) input.write(piece);
    await read();
    expect(keys()).toBe('++');
    expect(told).toEqual(['light']);
  });

  test('is taken out wherever a line has cut it, however long the rest takes', async () => {
    for (const end of ['\u0007', '\u001b\\']) {
      const all = `${white}${end}`;
      for (let cut = 1; cut < all.length; cut++) {
        const {input, told, keys} = listen();
        input.write(`+${all.slice(0, cut)}`);
        await read();
        // Longer than an Esc by itself is waited for: as a line that stutters.
        vi.advanceTimersByTime(300);
        input.write(`${all.slice(cut)}+`);
        await read();
        expect(keys(), `cut after ${cut}`).toBe('++');
        expect(told).toEqual(['light']);
      }
    }
  });

  test('is heard before there is a screen, and so is Ctrl-C; what else was pressed by then is dropped', async () => {
    let seen = false;
    const {input, told, keys, columns} = listen(() => seen);
    input.write(`P\u001b[1;7Rdocker ps\rz+\u001b[A\u0003q${white}\u0007y\u001b`);
    await read();
    vi.advanceTimersByTime(500);
    await read();
    expect(keys()).toBe('\u0003');
    expect(columns()).toBe('7');
    expect(told).toEqual(['light']);
    seen = true;
    input.write('+');
    await read();
    expect(keys()).toBe('\u0003+');
  });

  test('that never ends is dropped, and what is typed later is a key again', async () => {
    const {input, told, keys, question} = listen();
    input.write(white);
    await read();
    vi.advanceTimersByTime(5000);
    expect(question.isOpen()).toBe(false);
    input.write('q');
    await read();
    expect(keys()).toBe('q');
    expect(told).toEqual([]);
  });

  test('that was given up makes no keys of its end either, when that comes after all', async () => {
    const {input, told, keys} = listen();
    input.write('\u001b]11;rgb:bbbb/bb');
    await read();
    vi.advanceTimersByTime(5000);
    input.write('bb/bbbb\u001b\\b');
    await read();
    expect(keys()).toBe('b');
    expect(told).toEqual([]);
  });

  test('is waited for no longer once the cursor’s has come, which was asked behind it; late, it counts all the same', async () => {
    const {input, told, keys, question} = listen();
    input.write('\u001b[1;1R');
    await question.closed();
    expect(question.isOpen()).toBe(false);
    input.write('\u001b');
    await read();
    vi.advanceTimersByTime(20);
    await read();
    expect(keys()).toBe('\u001b');
    input.write('\u001b]11;rgb:0000/0000/0000\u0007');
    await read();
    expect(told).toEqual(['dark']);
    expect(keys()).toBe('\u001b');
  });
});
