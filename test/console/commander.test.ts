import {describe, expect, test} from 'vitest';
import {createCommander} from '../../source/console/commander.ts';
import {press} from '../../source/console/keys/table.ts';
import {reduce} from '../../source/console/state.ts';
import type {Command, Reply} from '../../source/scaler/entry.ts';
import {shopState} from '../support/screens.ts';

const more: Command = {kind: 'adjust', service: 'web', by: 1, lasting: 'default'};
const done: Reply = {kind: 'accepted', words: 'web: pinned at 3'};

/** An engine that answers when it is told to, and a clock that goes on when it is told to. */
function commanding() {
  const replies: Reply[] = [];
  const asked: ((reply: Reply) => void)[] = [];
  let timers: {readonly at: number; readonly callback: () => void}[] = [];
  let now = 0;
  const send = createCommander({
    ask: () => new Promise(resolve => asked.push(resolve)),
    replied: reply => replies.push(reply),
    now: () => now,
    after(delayMs, callback) {
      const timer = {at: now + delayMs, callback};
      timers.push(timer);
      return () => void (timers = timers.filter(other => other !== timer));
    },
  });
  return {
    send,
    asked,
    words: () => replies.map(reply => (reply.kind === 'accepted' ? reply.words : reply.reason)),
    pass(ms: number) {
      now += ms;
      const due = timers.filter(({at}) => at <= now);
      timers = timers.filter(({at}) => at > now);
      for (const {callback} of due) callback();
    },
  };
}

describe('what an operator decides', () => {
  test('is sent as it is pressed, also many times in a moment, and its answer is passed on', async () => {
    const {send, asked, words, pass} = commanding();
    for (let presses = 0; presses < 3; presses++) send(more);
    expect(asked).toHaveLength(3);
    for (const answer of asked) answer(done);
    await Promise.resolve();
    pass(10_000);
    expect(words()).toEqual(Array.from({length: 3}, () => 'web: pinned at 3'));
  });

  test('that isn’t answered is said not to be, and nothing more is sent until it is', async () => {
    const {send, asked, words, pass} = commanding();
    send(more);
    pass(1500);
    expect(words().at(-1)).toContain('has not answered yet: it may still do what was asked');
    send(more);
    expect(asked).toHaveLength(1);
    expect(words().at(-1)).toContain('not sent');
    asked[0]?.(done);
    await Promise.resolve();
    send(more);
    expect(asked).toHaveLength(2);
  });

  test('is refused with the reason while the engine says nothing', () => {
    const silent = reduce(shopState(), {kind: 'silent', forMs: 5000});
    for (const key of ['+', '-', '=', 'z', 'b', 'x', 'P']) expect(press(silent, key)).toMatchObject({kind: 'refuse'});
    expect(press(silent, 'q')).toMatchObject({kind: 'event'});
  });
});
