import {describe, expect, test} from 'vitest';
import {commandOf} from '../../source/commands/operate.ts';
import {readOptions} from '../../source/commands/flags.ts';

const flags = {
  dryRun: false,
  readOnly: false,
  all: false,
  command: 'microscale',
  force: false,
  markdown: false,
  json: false,
  ascii: false,
  color: true,
  screenReader: false,
  yes: false,
};

describe('the command that a shell’s words make', () => {
  test.each(['pin', 'cap'])('%s is sure that a priority-1 service may go to 0 only with --yes', verb => {
    expect(commandOf(verb, ['web', '0'], readOptions(flags, verb))).toMatchObject({sure: false});
    expect(commandOf(verb, ['web', '0'], readOptions({...flags, yes: true}, verb))).toMatchObject({sure: true});
  });
});
