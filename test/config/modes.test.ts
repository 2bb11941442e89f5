import {describe, expect, test} from 'vitest';
import {ConfigError} from '../../source/config/config.ts';
import {fitToHost} from '../../source/config/capacity.ts';
import {modeHints} from '../../source/config/mode-hints.ts';
import {readConfig} from '../../source/config/read.ts';

const options = {name: 'shop.yaml', resolvePath: (path: string) => path, readEnvFile: () => []};

/** A shop of four services whose modes begin in line 8. */
const shop = (modes: string, capacity = '12') => `capacity: ${capacity}
services:
  web: {priority: 1, image: a, max: 10, demand: {source: file, path: web}}
  pay: {priority: 1, image: a, min: 3, max: 4, demand: [{source: file, path: a}, {source: wave, min: 0, max: 20}]}
  mail: {priority: 2, image: a, max: 3, demand: {source: wave, min: 2, max: 8}}
  batch: {priority: 3, image: a, cpus: 0.1, target: fill}
modes:
${modes}`;

function problems(modes: string, capacity?: string): readonly string[] {
  try {
    readConfig(shop(modes, capacity), options);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  throw new Error('it was taken for a configuration');
}
const hints = (modes: string) => modeHints(readConfig(shop(modes), options), Date.UTC(2026, 10, 24));
const modesOf = (modes: string) => readConfig(shop(modes), options).modes;

const demand = (service: string, side: 'above' | 'below', value: number, forMs: number, place = 0) => ({
  kind: 'demand',
  service,
  demand: place,
  side,
  value,
  forMs,
});

describe('a mode', () => {
  test('is read with what begins it, what ends it and what it changes', () => {
    expect(
      modesOf(`
  sale:
    say: A rush.
    when: {service: web, demand: {above: 40, for: 10s}}
    until: {service: web, demand: {below: 25, for: 60s}}
    services: {web: {max: 20}, pay: {priority: 3, min: 1, weight: 2}}
  friday-mail:
    when: {schedule: "0 19 * * 5", for: 2h, timezone: Europe/London}
  by-hand: {services: {mail: {max: 0}}}`),
    ).toEqual([
      {
        name: 'sale',
        say: 'A rush.',
        when: [demand('web', 'above', 40, 10_000)],
        until: [demand('web', 'below', 25, 60_000)],
        services: {web: {max: 20}, pay: {priority: 3, min: 1, weight: 2}},
      },
      {
        name: 'friday-mail',
        say: '',
        when: [{kind: 'schedule', schedule: '0 19 * * 5', timezone: 'Europe/London', forMs: 7_200_000}],
        until: [],
        services: {},
      },
      {name: 'by-hand', say: '', when: [], until: [], services: {mail: {max: 0}}},
    ]);
  });

  test('may have a list of circumstances, and name one of several demands by its source', () => {
    const [mode] = modesOf(`
  sale:
    when:
      - {service: web, demand: {above: 40}}
      - {service: pay, demand: {source: wave, above: 5}}
      - {schedule: "@daily", for: 30m}
    services: {web: {max: 9}}`);
    expect(mode?.when).toEqual([
      demand('web', 'above', 40, 0),
      demand('pay', 'above', 5, 0, 1),
      {kind: 'schedule', schedule: '@daily', timezone: null, forMs: 1_800_000},
    ]);
  });

  test('may change a target, with the settle window that follows from it unless the service has its own', () => {
    const [mode] = modesOf('  eased: {services: {web: {target: {perReplica: 10}}, batch: {max: 3}, mail: {target: fill}}}');
    expect(mode?.services).toEqual({
      web: {target: {kind: 'perReplica', value: 10}, tolerance: 0, flapGuardMs: 0, settleMs: 15_000},
      batch: {max: 3},
      mail: {target: {kind: 'fill'}},
    });
  });

  test.each([
    ['{services: {wbe: {max: 9}}}', 'modes.m.services.wbe  is no service here: did you mean “web”?'],
    ['{services: {mail: {min: 4}}}', "modes.m.services.mail.min  is 4 and max is 3: min can't be over max"],
    ['{services: {web: {maxx: 9}}}', 'modes.m.services.web.maxx  is not a known key: did you mean “max”?'],
    [
      '{services: {batch: {target: direct}}}',
      'modes.m.services.batch  has a target that follows demand, and no demand: say where it comes from',
    ],
    [
      '{services: {pay: {max: 20, min: 15}}}',
      'modes.m.services  take 15 slots by their min in this mode, and capacity is 12: raise it or lower a min',
    ],
    ['{when: {servce: web, demand: {above: 4}}}', 'modes.m.when.servce  is not a known key: did you mean “service”?'],
    ['{when: {service: wbe, demand: {above: 4}}}', 'modes.m.when.service  “wbe” is no service here: did you mean “web”?'],
    ['{when: {service: batch, demand: {above: 4}}}', 'modes.m.when.service  is batch, which has no demand: give it one, or name another'],
    ['{when: [{service: web, demand: {abve: 4}}]}', 'modes.m.when.0.demand.abve  is not a known key: did you mean “above”?'],
    ['{when: {service: web}}', 'modes.m.when  needs one line to cross: above or below, such as demand: {above: 40, for: 10s}'],
    [
      '{when: {service: web, demand: {above: 4, below: 9}}}',
      'modes.m.when.demand  needs one line to cross: above or below, such as demand: {above: 40, for: 10s}',
    ],
    ['{when: {demand: {above: 4}}}', 'modes.m.when  needs a service: whose demand is meant?'],
    ['{when: {service: web, demand: {above: 4}, for: 5s}}', 'modes.m.when.for  belongs to the demand: write demand: {above: 40, for: 10s}'],
    [
      '{when: {service: web, demand: {above: 4}, schedule: "@daily"}}',
      'modes.m.when  mixes a demand and a schedule: make each an entry of a list, of which any begins the mode',
    ],
    [
      '{when: {service: pay, demand: {source: redis, above: 4}}}',
      'modes.m.when.demand.source  is redis, and pay follows no such: name the source of one of its demands',
    ],
    [
      '{when: {}}',
      'modes.m.when  says nothing: expected {service: web, demand: {above: 40, for: 10s}} or {schedule: "0 19 * * 5", for: 2h}',
    ],
    [
      '{when: soon}',
      'modes.m.when  expected {service: web, demand: {above: 40, for: 10s}}, {schedule: "0 19 * * 5", for: 2h}, or a list of such, not "soon"',
    ],
    ['{until: {service: web, demand: {below: 4}}}', 'modes.m.until  has no when: a mode that is chosen by hand ends when its time is up'],
    [
      '{when: {service: web, demand: {above: 40}}, until: {schedule: "@daily", for: 2h}}',
      'modes.m.until  is a schedule, which ends by itself after its for: until is for a demand',
    ],
    [
      '{when: {service: web, demand: {above: 40}}, until: {service: web, demand: {below: 50, for: 60s}}}',
      'modes.m.until.demand.below  is 50, and the mode begins above 40: it would end while what begins it lasts',
    ],
    [
      '{when: {service: web, demand: {below: 5}}, until: {service: web, demand: {above: 4}}}',
      'modes.m.until.demand.above  is 4, and the mode begins below 5: it would end while what begins it lasts',
    ],
    [
      '{when: {service: web, demand: {above: 40}}, until: {service: web, demand: {above: 30}}}',
      'modes.m.until.demand.above  is 30, and the mode begins above 40: it would end as soon as it begins',
    ],
    ['{when: {schedule: "0 19 * * 5"}}', 'modes.m.when  needs a for: how long does it last?'],
    ['{when: {timezone: UTC, for: 2h}}', 'modes.m.when  has a timezone and no schedule: say when, such as schedule: "0 19 * * 5"'],
    ['{when: {schedule: "0 0 30 2 *", for: 2h}}', 'modes.m.when.schedule  never comes: no such day is left in any calendar'],
    [
      '{when: {schedule: "0 * * * *", for: 60m, timezone: UTC}}',
      'modes.m.when.for  is 60m, and the next time comes after 1 h: the mode would never end',
    ],
    [
      '{when: {schedule: "0 19 * * 5", for: 2h, timezone: Europe/Lndon}}',
      'modes.m.when.timezone  “Europe/Lndon” is no time zone that is known here: expected one such as Europe/London',
    ],
  ])('%s is a mistake with its line', (mode, words) => {
    expect(problems(`  m: ${mode}`)).toEqual([`shop.yaml:8  ${words}`]);
  });

  test('that cron can’t read says what cron found', () => {
    expect(problems('  m: {when: {schedule: "0 25 * * *", for: 2h}}')[0]).toMatch(
      /^shop\.yaml:8 {2}modes\.m\.when\.schedule {2}is no time as cron writes it, such as "0 19 \* \* 5" \(.+\)$/,
    );
  });

  test.each([
    ['normal', 'is what holds when no other mode does: give it another name'],
    ['auto', 'is what leaves the mode to the circumstances: give it another name'],
  ])('can’t be called %s', (name, words) => {
    expect(problems(`  ${name}: {services: {web: {max: 9}}}`)).toEqual([`shop.yaml:8  modes.${name}  ${words}`]);
  });

  test('can’t be called by a number, whose place in the file would be lost', () => {
    expect(problems('  2026: {services: {web: {max: 9}}}').join()).toContain('modes.2026');
  });

  test('whose min takes more than an automatic capacity has is a problem of the host', () => {
    const config = readConfig(shop('  m: {services: {web: {min: 9}}}', 'auto'), options);
    const node = {name: 'one', cpus: 1, memoryBytes: null, reserved: []};
    expect(fitToHost(config, {title: 'docker', nodes: [node]}).problems).toEqual([
      "the host holds 10 slots, and the services' min take 12 in the mode m: lower a min of it",
    ]);
  });
});

test('what a mode needs of a service may be in its labels, as long as no host is known', () => {
  const text = `capacity: 4
services: {web: {max: 3}}
modes: {m: {when: {service: web, demand: {above: 4}}, services: {web: {max: 4, target: {perReplica: 5}}}}}`;
  expect(readConfig(text, options).modes[0]?.when).toHaveLength(1);
  const found = {
    hostName: 'shop_web',
    shortName: 'web',
    title: 'service shop_web',
    labels: {'microscale.priority': '1', 'microscale.target': 'fill'},
    cpus: null,
    memoryBytes: null,
    stopGraceMs: 1000,
    unfit: null,
  };
  expect(() => readConfig(text, {...options, found: [found]})).toThrow('is web, which has no demand');
  const labels = {'microscale.priority': '1', 'microscale.demand': '{source: fixed, value: 3}'};
  const read = readConfig(text, {...options, found: [{...found, labels}]});
  expect(read.modes[0]?.services['web']).toMatchObject({target: {kind: 'perReplica', value: 5}, settleMs: 15_000});
});

describe('check finds', () => {
  test.each([
    ['a mode that changes nothing', '  m: {when: {schedule: "@daily", for: 2h}}', 'the mode m changes nothing: give it services'],
    [
      'one that never begins',
      '  m: {when: {service: mail, demand: {above: 8}}, services: {web: {max: 4}}}',
      'the mode m never begins by mail: its demand is from 2 to 8, and never above 8',
    ],
    [
      'one that always holds',
      '  m: {when: {service: mail, demand: {above: 1}}, services: {web: {max: 4}}}',
      'the mode m always holds by mail: its demand is from 2 to 8, and always above 1',
    ],
    [
      'one that never ends',
      '  m: {when: {service: mail, demand: {above: 5}}, until: {service: mail, demand: {below: 2}}, services: {web: {max: 4}}}',
      'the mode m never ends by mail: its demand is from 2 to 8, and never below 2',
    ],
    [
      'a bound beyond the capacity',
      '  m: {services: {web: {max: 20}}}',
      'in the mode m, web may have 20, which takes 20 slots, and there are 12',
    ],
    [
      'two that differ and can hold at once',
      `  sale: {when: {service: web, demand: {above: 40}}, services: {web: {max: 12}}}
  night: {when: {schedule: "0 2 * * *", for: 2h}, services: {web: {max: 2}}}`,
      'the modes sale and night can hold at once, and differ over web: then sale holds, which comes first',
    ],
    [
      'one that another always comes before',
      `  sale: {when: {service: web, demand: {above: 40}}, services: {web: {max: 12}}}
  rush: {when: {service: web, demand: {above: 60, for: 10s}}, until: {service: web, demand: {below: 45}}, services: {web: {max: 11}}}`,
      'the mode rush never holds by itself: whenever it could, sale does, which comes first: put it before that',
    ],
  ])('%s', (_title, modes, words) => {
    expect(hints(modes)).toContain(words);
  });

  test.each([
    [
      'the other end of a demand',
      `  busy: {when: {service: web, demand: {above: 40}}, until: {service: web, demand: {below: 20}}, services: {web: {max: 12}}}
  calm: {when: {service: web, demand: {below: 5}}, until: {service: web, demand: {above: 15}}, services: {web: {max: 2}}}`,
    ],
    [
      'other times',
      `  morning: {when: {schedule: "0 8 * * *", for: 2h}, services: {web: {max: 12}}}
  night: {when: {schedule: "0 2 * * *", for: 2h}, services: {web: {max: 2}}}`,
    ],
    [
      'the same for the same services',
      `  sale: {when: {service: web, demand: {above: 40}}, services: {web: {max: 12}}}
  night: {when: {schedule: "0 2 * * *", for: 2h}, services: {web: {max: 12}}}`,
    ],
    [
      'a mode by hand beside another',
      `  sale: {when: {service: web, demand: {above: 40}}, services: {web: {max: 12}}}
  incident: {services: {web: {max: 2}}}`,
    ],
    [
      'a later mode that lasts longer',
      `  sale: {when: {service: web, demand: {above: 40}}, services: {web: {max: 12}}}
  rush: {when: {service: web, demand: {above: 60}}, until: {service: web, demand: {below: 10}}, services: {web: {max: 12}}}`,
    ],
  ])('nothing in %s', (_title, modes) => {
    expect(hints(modes)).toEqual([]);
  });

  test('times that meet once a week', () => {
    const both = hints(`  friday: {when: {schedule: "0 19 * * 5", for: 2h}, services: {web: {max: 12}}}
  evening: {when: {schedule: "0 20 * * *", for: 1h}, services: {web: {max: 11}}}`);
    expect(both).toEqual(['the modes friday and evening can hold at once, and differ over web: then friday holds, which comes first']);
  });
});
