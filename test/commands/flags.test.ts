import {describe, expect, test} from 'vitest';
import {whyWrongFlag} from '../../source/commands/flags.ts';

describe('what is wrong with the flags of a command line', () => {
  test.each([
    ['--json=1', '--json takes no value: write --json alone'],
    ['--dry-run=yes', '--dry-run takes no value: write --dry-run alone'],
    ['--no-color=1', '--no-color takes no value: write --no-color alone'],
    ['--help=me', '--help takes no value: write --help alone'],
    ['--jsn', 'there is no flag --jsn: did you mean --json?'],
    ['-x', 'there is no flag -x: see microscale --help'],
  ])('%s', (word, expected) => expect(whyWrongFlag(['status', word])).toBe(expected));

  test.each(['--json', '--no-color', '--for=30m', '--seed=4', '-cshop.yaml'])('%s is right', word => {
    expect(whyWrongFlag(['run', word])).toBeNull();
    expect(whyWrongFlag(['run', '--', `${word}=x`])).toBeNull();
  });
});
