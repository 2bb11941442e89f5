/** What the engine tells of a service that is looked at, the same each time; and lines that mean no good. */
import type {LogLine, ReplicaFacts, Sight} from '../../source/ports.ts';
import {cleanLine} from '../../source/orchestrators/log-tail.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {at} from './screens.ts';

const mebibyte = 1024 ** 2;

export function replica(number: number, rest: Partial<ReplicaFacts> = {}): ReplicaFacts {
  return {
    name: `test-web-${number}`,
    node: 'node-1',
    state: 'running',
    since: at - number * 61_000,
    cpu: 0.42,
    memoryBytes: 117 * mebibyte,
    ...rest,
  };
}

export const replicasSight: Sight = {
  kind: 'replicas',
  seen: {
    replicas: [
      replica(1, {since: at - 3 * 86_400_000}),
      replica(2, {since: at - 5 * 3_600_000, cpu: 1, memoryBytes: 1.25 * 1024 * mebibyte}),
      replica(3, {state: 'unhealthy', cpu: 0, memoryBytes: 640 * 1024}),
      replica(4, {state: 'starting', since: at - 1500, cpu: null}),
      replica(5, {state: 'frozen', since: at - 42_000, cpu: 0}),
      replica(6, {state: 'unplaced', node: null, since: null, cpu: null, memoryBytes: null}),
    ],
    more: 3,
  },
};

export function logsSight(lines: readonly LogLine[], remark = ''): Sight {
  return {kind: 'logs', tail: {lines, remark}};
}

export const logLine = (number: number, text: string): LogLine => ({
  replica: `test-web-${1 + (number % 2)}`,
  at: at - 60_000 + number * 1000,
  text,
});

/** A detail of `web` that has seen this. */
export function detailOf(state: ConsoleState, sight: Sight, service = 'web', seenAt = at): ConsoleState {
  const open = reduce(state, {kind: 'opened', pane: sight.kind === 'logs' ? 'logs' : 'replicas'});
  return reduce(open, {kind: 'seen', service, sight, at: seenAt});
}

/** What a log may hold that would move a cursor, set a title, turn the writing round, or have no end. */
export const hostileTexts: readonly string[] = [
  '\u001b[2J\u001b[1;1Hcleared',
  '\u001b]0;owned\u0007a title',
  '\u001b]8;;https://example.org\u001b\\a link\u001b]8;;\u001b\\',
  '\u001bP1$r0m\u001b\\a device string',
  '\u009b31mred in eight bits',
  '\u202eright to left\u202c \u2066isolated\u2069',
  '漢字かな交じり文'.repeat(40),
  `e${'\u0301'.repeat(500)} many marks`,
  '👩‍👩‍👧‍👦 a family, ⚠️ a warning, 🇩🇪 a flag',
  'x'.repeat(10_000),
  'progress 10%\rprogress 20%\rprogress 30%',
  'a\tb\tc\0d\u0007e\bf\u007fg',
  '\ud800 half a letter',
  '\u001b[',
  '',
];

export const hostileLines: readonly LogLine[] = hostileTexts.map((text, index) => logLine(index, cleanLine(text)));
