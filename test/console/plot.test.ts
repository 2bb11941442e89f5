import {describe, expect, test} from 'vitest';
import {plotLines} from '../../source/console/plot.ts';

describe('a plot that is printed', () => {
  test.each([
    ['little apart', [0.21, 0.33], '0.33 h'],
    ['far apart', [2, 40], '40.0 h'],
    ['level', [0.3, 0.3], '0.8 h'],
    ['hardly apart', [10, 10.001], '10.0010 h'],
  ])('of values %s has as many decimals as tell its rows apart', (_how, values, top) => {
    const [, ...lines] = plotLines({title: 'work', labels: ['8', '9'], values, unit: 'h', unicode: true});
    const scale = lines.slice(0, -1).map(line => line.split(/[┤┼]/)[0]?.trim());
    expect(scale[0]).toBe(top);
    expect(new Set(scale).size).toBe(scale.length);
    expect(scale.length).toBe(9);
  });
});
