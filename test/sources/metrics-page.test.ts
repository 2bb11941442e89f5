import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {readPage} from '../../source/sources/metrics-page.ts';
import {followRate} from '../../source/sources/metrics-rate.ts';
import {parseSelector, type Selector} from '../../source/sources/metrics-selector.ts';

function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if ('wrong' in selector) throw new Error(selector.wrong);
  return selector;
}

const valuesOf = (page: string, series: string) => readPage(page, selectorOf(series)).samples.map(({value}) => value);

describe('a page of metrics', () => {
  test.each([
    ['a bare sample', 'up 1\n', 'up', [1]],
    ['the end of lines as Windows writes it', 'up 1\r\nup{a="b"} 2\r\n', 'up', [1, 2]],
    ['no end of the last line', 'up 1', 'up', [1]],
    ['a time after the number', 'up 1 1395066363000\n', 'up', [1]],
    ['room everywhere', '  up  { a = "b" , }  2.5e1  \n', 'up', [25]],
    ['no room before the number', 'up{a="b"}3\n', 'up', [3]],
    ['numbers of all kinds', 'n{i="1"} +Inf\nn{i="2"} -inf\nn{i="3"} .5\nn{i="4"} -7e-1\n', 'n', [Infinity, -Infinity, 0.5, -0.7]],
    ['an exemplar, as in OpenMetrics', 'up_total{a="b"} 3 1.5 # {trace="x"} 0.6 1.4\n# EOF\n', 'up_total', [3]],
    ['other names that begin alike', 'up_x 9\nup:x 9\nup 1\nupper 9\n', 'up', [1]],
    ['escapes in labels', String.raw`up{path="a\\b\"c\nd}, {"} 4` + '\n', String.raw`up{path="a\\b\"c\nd}, {"}`, [4]],
    ['a label of a name that objects know', 'up{constructor="x",__proto__="y"} 4\n', 'up{constructor="x",__proto__="y"}', [4]],
    ['a label that is not there, as an empty one', 'up 4\n', 'up{zone=""}', [4]],
  ])('is read with %s', (_title, page, series, values) => {
    expect(valuesOf(page, series)).toEqual(values);
  });

  test.each([
    ['words for a number', 'up many\n'],
    ['a hexadecimal number', 'up 0x10\n'],
    ['two numbers', 'up 1 2 3\n'],
    ['no number', 'up\n'],
    ['labels without an end', 'up{a="b" 1\n'],
    ['a label without quotes', 'up{a=b} 1\n'],
    ['a label without its comma', 'up{a="b"c="d"} 1\n'],
    ['the same twice', 'up{a="1",b="2"} 1\nup{b="2",a="1"} 2\n'],
    ['a line that has no end', `up{a="${'x'.repeat(100_000)}"} 1\n`],
    ['a web page', '<!doctype html>\n<p>up 1</p>\n'],
    ['a number alone', '17\n'],
  ])('is refused for %s', (_title, page) => {
    expect(() => valuesOf(page, 'up')).toThrow(/is no sample|tells the same twice|something else than metrics/);
  });

  test('is known to have a metric by its type, without a sample', () => {
    expect(readPage('# TYPE up_total counter\n', selectorOf('up_total'))).toEqual({samples: [], known: true});
    expect(readPage('# TYPE up counter\n', selectorOf('up_total')).known).toBe(true);
    expect(readPage('# TYPE other counter\n# up is down\n', selectorOf('up_total')).known).toBe(false);
  });

  test('never gives what isn’t on it, whatever it holds', () => {
    const piece = fc.oneof(fc.constantFrom('up', '{', '}', 'a', '=', '"', '\\', ',', ' ', '\n', '1', 'NaN', '#'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        try {
          for (const value of valuesOf(pieces.join(''), 'up')) expect(typeof value).toBe('number');
        } catch (error) {
          expect((error as Error).name).toBe('SourceError');
        }
      }),
    );
  });

  test('gives back every label that was written by the rules', () => {
    const escaped = (text: string) =>
      text
        .replaceAll('\\', '\\\\')
        .replaceAll('"', String.raw`\"`)
        .replaceAll('\n', String.raw`\n`);
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({noNaN: true, noDefaultInfinity: true}).map(number => number + 0),
        (value, number) => {
          const [sample] = readPage(`up{a="${escaped(value)}"} ${number}\n`, selectorOf(`up{a="${escaped(value)}"}`)).samples;
          expect(sample).toEqual({key: JSON.stringify([['a', value]]), value: number});
        },
      ),
    );
  });
});

test.each([
  ['', 'is no series'],
  ['9lives', 'is no series'],
  ['up{', 'expected {label="value"}'],
  ['up 5', 'expected {label="value"}'],
  ['up{a=b}', 'expected label="value"'],
  ['up{a="b" c="d"}', 'expected a comma'],
  ['up{a=~"("}', 'no regular expression'],
  ['sum(up)', 'source: prometheus'],
  ['up[5m]', 'source: prometheus'],
])('the series “%s” is refused in words', (text, words) => {
  expect(parseSelector(text)).toEqual({wrong: expect.stringContaining(words) as unknown});
});

describe('a rate', () => {
  const of = (value: number, key = 'a') => [{key, value}];

  test('is of no use before the second look, nor after a gap as long as its window', () => {
    const rate = followRate(10_000);
    expect(rate.rateAt(0, of(5))).toBeNull();
    expect(rate.rateAt(1000, of(7))).toBe(2);
    expect(rate.rateAt(20_000, of(900))).toBeNull();
    expect(rate.rateAt(21_000, of(903))).toBe(3);
  });

  test('knows nothing of a series that it sees for the first time, and goes on with one that was away', () => {
    const rate = followRate(10_000);
    rate.rateAt(0, of(5));
    expect(rate.rateAt(1000, [...of(5), ...of(1_000_000, 'b')])).toBe(0);
    expect(rate.rateAt(2000, of(5))).toBe(0);
    expect(rate.rateAt(4000, [...of(5), ...of(1_000_008, 'b')])).toBe(2);
  });

  test('is never negative nor infinite, whatever counters do', () => {
    const look = fc.record({after: fc.nat(5000), value: fc.double({min: 0, max: 1e12, noNaN: true})});
    fc.assert(
      fc.property(fc.array(look), looks => {
        const rate = followRate(10_000);
        let at = 0;
        for (const {after, value} of looks) {
          at += after;
          const told = rate.rateAt(at, of(value));
          if (told !== null) expect(told >= 0 && Number.isFinite(told)).toBe(true);
        }
      }),
    );
  });
});
