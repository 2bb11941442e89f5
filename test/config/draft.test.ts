import {describe, expect, test} from 'vitest';
import {readChoice, readCount, readRange, readShareWords} from '../../source/config/answers.ts';
import {demandKinds, kindsFor} from '../../source/config/demand-kinds.ts';
import {draftText, projectNameFor, serviceNameFor, type Draft} from '../../source/config/draft.ts';
import {interview, type Prompter, type Seen} from '../../source/config/interview.ts';
import {readConfig} from '../../source/config/read.ts';
import type {FoundService, HostFacts} from '../../source/ports.ts';

const service = (hostName: string, more: Partial<FoundService> = {}): FoundService => ({
  hostName,
  shortName: hostName.split('/').at(-1) ?? hostName,
  title: `Compose service ${hostName}`,
  labels: {},
  cpus: null,
  memoryBytes: null,
  stopGraceMs: 10_000,
  unfit: null,
  ...more,
});

const facts = (found: readonly FoundService[], kind: HostFacts['kind'] = 'docker'): HostFacts => ({
  title: `${kind} @ here`,
  kind,
  remark: '',
  nodes: [{name: 'm', cpus: 4, memoryBytes: null, reserved: []}],
  made: [],
  found,
});

const seen = (found: readonly FoundService[], more: Partial<Seen> = {}): Seen => ({
  facts: facts(found),
  loose: [],
  project: 'shop',
  ...more,
});

/** Answers by what the question contains, in turn; the usual answer for the rest. A wrong answer is followed by the next. */
function scripted(answers: readonly (readonly [about: string, answer: string])[] = []): {prompter: Prompter; said: string[]} {
  const said: string[] = [];
  const left = [...answers];
  return {
    said,
    prompter: {
      say: line => void said.push(line),
      async ask(question, usual, read, choices = []) {
        said.push(...choices);
        for (;;) {
          const place = left.findIndex(([about]) => question.includes(about));
          const [, given] = place < 0 ? ['', usual] : (left.splice(place, 1)[0] ?? ['', usual]);
          const answer = read(given);
          if (answer.kind === 'read') return answer.value;
          if (place < 0) throw new Error(`the usual answer to “${question}” is refused: ${answer.words}`);
          said.push(answer.words);
        }
      },
    },
  };
}

function check(draft: Draft, found: readonly FoundService[] | null) {
  return readConfig(draftText(draft), {
    name: 'draft',
    resolvePath: path => path,
    readEnvFile: () => [],
    secrets: {environment: {}, readFile: () => ''},
    found,
  });
}

describe('answers', () => {
  test.each([
    ['2 1', [1, 0]],
    ['batch, web', [1, 0]],
    ['', 'expected at least one'],
    ['3', '“3” is none of them: expected numbers from 1 to 2, or names'],
    ['1 web', '“web” is named twice'],
  ])('a choice %j', (text, expected) => expect(plain(readChoice(['web', 'batch'])(text))).toEqual(expected));

  test.each([
    ['1-10', {min: 1, max: 10}],
    ['2 to 4', {min: 2, max: 4}],
    ['3', {min: 3, max: 3}],
    ['4-2', '4 is over 2: the lower one comes first'],
    ['0', 'expected at least 1 as the second number'],
    ['1-11', '11 is over the 10 that may run of all together'],
    ['6-8', 'only 5 are left for the first number: the services before it are sure of the rest'],
    ['many', 'expected two whole numbers such as 1-10'],
    ['-1', 'expected two whole numbers such as 1-10'],
  ])('a range %j', (text, expected) => expect(plain(readRange(5, 10)(text))).toEqual(expected));

  test.each([
    ['5', 5],
    ['1', 'expected a whole number from 2 to 9'],
    ['1e1', 'expected a whole number from 2 to 9'],
  ])('a count %j', (text, expected) => expect(plain(readCount(2, 9)(text))).toEqual(expected));

  test.each([
    ['70%', '70%'],
    ['70', '70%'],
    ['0', 'expected a share such as 70%'],
    ['170%', 'expected a share such as 70%'],
  ])('a share %j', (text, expected) => expect(plain(readShareWords(text))).toEqual(expected));
});

function plain<Value>(answer: {kind: 'read'; value: Value} | {kind: 'wrong'; words: string}): Value | string {
  return answer.kind === 'read' ? answer.value : answer.words;
}

describe('names', () => {
  test.each([
    ['web', 'shop/web', [], 'web'],
    ['web', 'shop/web', ['web'], 'shop-web'],
    ['web', 'web', ['web'], 'web-2'],
    ['-?ä', '', [], 'service'],
    ['__proto__', 'shop/__proto__', [], 'proto__'],
  ])('%s of %s', (short, host, taken, expected) => expect(serviceNameFor(short, host, new Set(taken))).toBe(expected));

  test.each([
    ['Shop', 'shop'],
    ['my shop', 'myshop'],
    ['', 'microscale'],
    ['_-x', 'x'],
  ])('the project of a folder %j', (folder, expected) => expect(projectNameFor(folder)).toBe(expected));
});

describe('a first configuration', () => {
  test('of the usual answers adopts what runs, the labelled first, and lets the last fill what is left', async () => {
    const found = [
      service('shop/batch'),
      service('shop/web', {labels: {'microscale.priority': '1'}}),
      service('shop/db', {unfit: 'is global'}),
    ];
    const {prompter, said} = scripted();
    const draft = await interview(seen(found), prompter);
    expect(said).toContain('left out: Compose service shop/db is global');
    const config = check(draft, found);
    expect(config.services).toMatchObject([
      {name: 'web', priority: 1, min: 1, max: 8, target: {kind: 'utilization'}},
      {name: 'batch', priority: 2, min: 0, max: 8, target: {kind: 'fill'}},
    ]);
    expect([...config.adopted].map(([name, {hostName}]) => `${name} ${hostName}`)).toEqual(['web shop/web', 'batch shop/batch']);
    // Read without the host, as “check” does, it is right as well.
    expect(check(draft, null).services).toHaveLength(2);
    expect(draftText(draft)).toMatchInlineSnapshot(`
      "# Written by “microscale init” for docker @ here.
      #
      #   microscale check microscale.yaml    says what is wrong with this file
      #   microscale explain microscale.yaml  says what it means, in sentences
      #   microscale plan                     looks once, says what it would do and why, and changes nothing
      #   microscale                          does it, and shows it
      #
      # It may be edited while microscale runs; what is wrong is told then, and the old one stays.

      project: shop

      # Slots: how many replicas the services below may run together. Each replica takes one, unless its service says slots: N.
      capacity: 8

      # The most important first: priority 1 gets what its demand asks for, taken from the least important.
      services:
        web:
          # Compose service shop/web: it keeps what it is made from, and only its count changes.
          # It has microscale labels: what is written here wins over them.
          adopt: shop/web
          priority: 1 # served first
          min: 1
          max: 8
          demand: {source: docker, read: cpu}
          target: {utilization: 70%} # how much of what a replica may use should be in use
          onLost: hold # while its demand can’t be read: the count stays. Or min, max, a number

        batch:
          # Compose service shop/batch: it keeps what it is made from, and only its count changes.
          adopt: shop/batch
          priority: 2
          min: 0
          max: 8
          target: fill # whatever the others leave

      # An override (a key in the console, or “microscale pin”) ends by itself after this time.
      overrides: {expire: 30m}

      # Left alone here:
      #   Compose service shop/db is global
      "
    `);
  });

  test('takes answers, and asks again where one is wrong', async () => {
    const found = [service('a/web'), service('b/web')];
    const loose = [{name: 'mail', image: 'mail:1', like: null}];
    const {prompter, said} = scripted([
      ['Which matter most', 'nothing'],
      ['Which matter most', 'mail b-web'],
      ['together', '12'],
      ['mail: from', '2-6'],
      ['mail: what tells', 'redis'],
      ['address of Redis', 'http://nope'],
      ['address of Redis', 'rediss://cache:6379'],
      ['one replica', '25'],
      ['b-web: from', '4'],
    ]);
    const draft = await interview(seen(found, {loose}), prompter);
    expect(said).toEqual(
      expect.arrayContaining([
        '“nothing” is none of them: expected numbers from 1 to 3, or names',
        expect.stringContaining('expected an address such as redis://host'),
      ]),
    );
    const config = check(draft, found);
    expect(config.capacity).toBe(12);
    expect(config.services).toMatchObject([
      {name: 'mail', min: 2, max: 6, target: {kind: 'perReplica', value: 25}, adopted: false},
      {name: 'b-web', min: 4, max: 4, adopted: true},
    ]);
    expect(draft.leftOut).toEqual(['Compose service a/web']);
  });

  test('where there is no engine is the box', async () => {
    const draft = await interview(seen([], {facts: null}), scripted().prompter);
    expect(check(draft, null)).toMatchObject({
      capacity: 10,
      services: [
        {name: 'web', target: {kind: 'direct'}},
        {name: 'batch', target: {kind: 'fill'}},
      ],
    });
  });

  test.each(Object.values(demandKinds).map(({key}) => key))('with the demand %s and its usual answers is right', async key => {
    const {prompter} = scripted([['what tells', key]]);
    const found = [service('shop/web')];
    expect(check(await interview(seen(found), prompter), found).services).toHaveLength(1);
  });

  test('offers the kinds of demand in columns, whatever their names and however many', async () => {
    const {prompter, said} = scripted();
    await interview(seen([service('shop/web')]), prompter);
    const rows = said.filter(line => Object.keys(demandKinds).some(key => new RegExp(`^ +\\d+ {2}${key} `).test(line)));
    expect(rows).toHaveLength(Object.keys(demandKinds).length);
    expect(rows).toContain('   4  prometheus  a query that gives a number');
    for (const {key, words} of Object.values(demandKinds)) {
      const row = rows.find(line => line.includes(`  ${key} `));
      expect([row?.indexOf(key), row?.indexOf(words)]).toEqual([6, 18]);
    }
  });

  test('on a Swarm reads no replica’s own use, and says what it is for', async () => {
    expect(kindsFor('swarm').map(({key}) => key)).not.toContain('cpu');
    const found = [service('shop_web'), service('shop_batch')];
    const draft = await interview({...seen(found), facts: facts(found, 'swarm')}, scripted().prompter);
    expect(check(draft, found)).toMatchObject({orchestrator: 'swarm', services: [{target: {kind: 'direct'}}, {target: {kind: 'fill'}}]});
  });

  test('is right, whatever the host calls its services, and no name of theirs breaks a line', async () => {
    const names = [
      'a: b',
      'true',
      '12',
      '# x',
      '"',
      "it's\nprivileged: true",
      '- a',
      '\u001b[31mred',
      '{x}',
      '&a',
      '*a',
      '!!t',
      '${HOME}',
      'constructor',
      '…',
      'x'.repeat(300),
    ];
    const found = names.map(name => service(`p/${name}`, {shortName: name, title: `Compose service p/${name}`}));
    const draft = await interview(seen(found), scripted().prompter);
    const config = check(draft, found);
    expect(config.services).toHaveLength(names.length);
    expect(new Set([...config.adopted.values()].map(({hostName}) => hostName)).size).toBe(names.length);
    expect(draftText(draft)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
