import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {likenessLines, type Likeness} from '../../source/config/likeness.ts';
import {likenessOf} from '../../source/orchestrators/docker/loose.ts';

const none: Likeness = {entrypoint: null, command: null, user: null, networks: [], environment: [], init: false};

describe('what new replicas take over from a container', () => {
  test('is what its image alone doesn’t say', () => {
    const image = {Config: {Cmd: ['sh'], Entrypoint: null, Env: ['PATH=/bin', 'MODE=plain'], User: ''}};
    const container = {
      Image: 'sha256:1',
      Config: {Cmd: ['sleep', '3600'], Entrypoint: null, Env: ['PATH=/bin', 'MODE=fast', 'DB_PASSWORD=hunter2'], User: '1000'},
      HostConfig: {Init: true, NetworkMode: 'shop'},
      NetworkSettings: {Networks: {shop: {}, mail: {}}},
    };
    expect(likenessOf(container, image)).toEqual({
      entrypoint: null,
      command: ['sleep', '3600'],
      user: '1000',
      networks: ['shop', 'mail'],
      environment: ['MODE', 'DB_PASSWORD'],
      init: true,
    });
    expect(likenessOf({Image: '', Config: image.Config, HostConfig: {NetworkMode: 'bridge'}}, image)).toEqual(none);
  });

  test.each([
    ['none', [], ['none']],
    ['host', ['host'], ['host']],
    ['default', ['bridge'], []],
    ['bridge', ['bridge', 'shop'], ['bridge', 'shop']],
    ['container:abc', [], []],
  ])('its network %s', (mode, joined, expected) => {
    const container = {
      Image: '',
      HostConfig: {NetworkMode: mode},
      NetworkSettings: {Networks: Object.fromEntries(joined.map(name => [name, {}]))},
    };
    expect(likenessOf(container, {}).networks).toEqual(expected);
  });

  test('an entrypoint of its own has its command said again', () => {
    const image = {Config: {Cmd: ['serve'], Entrypoint: ['/start']}};
    expect(likenessOf({Image: '', Config: {Cmd: ['serve'], Entrypoint: ['/other']}}, image)).toMatchObject({
      entrypoint: ['/other'],
      command: ['serve'],
    });
  });

  test('is YAML that says the same', () => {
    const like: Likeness = {
      ...none,
      command: ['sh', '-c', 'echo "a: b" # c\nexit', 'a, b]', 'yes', '\u009b1m', '…'],
      networks: ['none'],
      environment: ['A', 'B_2'],
      init: true,
    };
    expect(parse(likenessLines(like).join('\n'))).toEqual({
      command: like.command,
      networks: ['none'],
      environment: ['A', 'B_2'],
      init: true,
    });
  });

  test.each([['--password=hunter2'], ['redis://user:hunter2@cache:6379'], ['-phunter2'], ['AKIA1234567890ABCDEFGHIJKL'], ['--api-key']])(
    'a command with %s is left out',
    word => {
      const text = likenessLines({...none, command: ['run', word]}).join('\n');
      expect(text).not.toContain(word);
      expect(text).toMatch(/^# Its command may hold a secret/);
    },
  );
});
