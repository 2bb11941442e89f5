import {describe, expect, test} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import type {Reading} from '../../source/scaler/entry.ts';
import {scrubberOf} from '../../source/sources/scrub.ts';
import {createSource} from '../../source/sources/source.ts';
import {until} from '../support/until.ts';

describe('what a source says', () => {
  test.each<[string, object, readonly string[], string, string]>([
    ['a value that was put in', {}, ['hunter22'], 'denied for hunter22', 'denied for •••'],
    ['as a URL has it', {}, ['p@ss/w:rd'], 'at redis://p%40ss%2Fw%3Ard@x', 'at redis://•••@x'],
    ['as a URL gives it back', {url: 'redis://ops:p%40ss%2Fw@x'}, [], 'said p@ss/w, or p%40ss%2Fw', 'said •••, or •••'],
    ['the password of an address', {url: 'redis://ops:hunter22@cache'}, [], 'hunter22 is wrong at cache', '••• is wrong at cache'],
    ['one of several addresses', {servers: ['nats://a:b1b2b3@x', 'nats://a:c1c2c3@y']}, [], 'b1b2b3 c1c2c3', '••• •••'],
    ['the field password', {password: 'hunter22'}, [], 'hunter22!', '•••!'],
    ['a field deeper down', {sasl: {password: 'hunter22'}}, [], 'hunter22', '•••'],
    ['a header', {access: {headers: {'x-api-key': 'hunter22'}}}, [], 'hunter22', '•••'],
    [
      'the key of a connection string',
      {connection: 'AccountName=shop;AccountKey=aGVsbG8+/w==;X=1'},
      [],
      'key aGVsbG8+/w== bad',
      'key ••• bad',
    ],
    ['a secret that holds another', {}, ['abcd', 'abcdef'], 'abcdef abcd', '••• •••'],
    ['a short one, as a word', {}, ['a1'], 'a1, ba1n: a1', '•••, ba1n: •••'],
    ['one of several lines', {}, ['first line\nsecond line'], 'first line second line', '•••'],
    ['one with signs', {}, ['a.b*c(d)[e]{f}|$^\\/-'], 'x a.b*c(d)[e]{f}|$^\\/- y', 'x ••• y'],
    ['nothing where there is none', {url: 'redis://cache:6379'}, [], 'redis at cache:6379', 'redis at cache:6379'],
  ])('holds no secret: %s', (_title, demand, secrets, text, expected) => {
    expect(scrubberOf(demand, secrets)(text)).toBe(expected);
  });

  test('is scrubbed whatever the source', async () => {
    const path = '/nowhere/top-secret-name/demand';
    const seen: Reading[] = [];
    const stop = new AbortController();
    const parts = {clock: createRealClock(), chance: Math.random, service: 'web', usage: null, pushes: null};
    createSource({source: 'file', path, secrets: ['top-secret-name']}, parts)(reading => void seen.push(reading), stop.signal);
    await until('a reading', () => seen.length > 0);
    stop.abort();
    expect(seen[0]).toEqual({kind: 'error', reason: '/nowhere/•••/demand is not there'});
  });
});
