/** Texts that want to move the cursor, colour the rest, set the title or break a column, and a fleet in which every text is one. */
import type {Update} from '../../source/ports.ts';
import type {Happening} from '../../source/scaler/entry.ts';
import type {Lease} from '../../source/scaler/fleet.ts';
import type {ModeSpec} from '../../source/scaler/spec.ts';
import {after, filler, fleetOf, observed, reading, spec, type Timeless} from './fleets.ts';

export const hostileTexts: Readonly<Record<string, string>> = {
  sequences:
    'a\u001b[2J\u001b[1;1H\u001b[31m\u001b]0;owned\u0007\u001b]8;;http://x\u001b\\b\u009b5Ac\u0090q\u009c\u001b(0d\u001bc\u001b[?1049l',
  unfinished: 'half\u001b[38;2;1;2',
  'unfinished title': 'half\u001b]0;and no end',
  lines: 'one\ntwo\r\nthree\tfour\u000bfive\u0085six\u2028seven\u0008\u0008\u0008eight',
  bidi: 'a\u202egnp.exe\u2066\u2067b\u200f\u061c\u2069 עברית عربى',
  wide: '漢字かな한글ＷＩＤＥ　𠀀',
  emoji: '👨‍👩‍👧👍🏽❤️🇩🇪⌚1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿☎️',
  combining: `\u0301\u0301é Z${'\u0301\u0336\u20dd'.repeat(60)}y नमस्ते กำ ﾊﾟ`,
  invisible: 'a\u200b\u00adb\u034f\u115f\u3164c\ufe0f\u180e\u{e0001}\u{e0061}d\ufffe\ud800e',
  jamo: '\u1100\u1161\u11a8각\ud7b0ힰ',
  markup: '"\'><script>alert(1)</script>&<!--',
  long: 'x'.repeat(10_000),
  'long and wide': '漢'.repeat(10_000),
  'long and piled': `a${'\u0301'.repeat(10_000)}b`,
};

const noon = Date.UTC(2026, 10, 24, 12);

/** Every text that comes from outside is this one, with what tells two names apart behind it. */
export function hostileUpdate(text: string, lease: Lease = {kind: 'unneeded'}): Update {
  const [web, pay, batch] = [`${text}1`, `${text}2`, `${text}3`];
  const specs = [
    spec(web, {
      min: 1,
      max: 10,
      demands: [
        {label: text, target: null},
        {label: `${text}!`, target: null},
      ],
    }),
    spec(pay, {priority: 2, max: 4}),
    filler(batch, {priority: 3}),
  ];
  const mode: ModeSpec = {
    name: text,
    say: text,
    when: [{kind: 'demand', service: web, demand: 0, side: 'above', value: 5, forMs: 1000}],
    until: [{kind: 'demand', service: web, demand: 0, side: 'below', value: 2, forMs: 60_000}],
    services: {[pay]: {priority: 3}},
  };
  let fleet = fleetOf(specs, 10, [reading(web, 3), reading(pay, 4), observed(web, {running: 3}), observed(pay, {running: 4})], noon);
  const happenings: Happening[] = [];
  let at = noon;
  const play = (...entries: readonly Timeless[]) => {
    at += 2000;
    const result = after(fleet, at, ...entries);
    fleet = result.fleet;
    happenings.push(...result.happenings);
  };
  const settings = {...fleet.settings, project: text, modes: [mode]};
  const lasting = {ms: 900_000};
  play({kind: 'configured', settings, services: specs});
  play({
    kind: 'command',
    owner: text,
    command: {kind: 'override', service: pay, rule: {kind: 'pin', replicas: 2}, lasting, sure: false, note: text},
  });
  play({kind: 'command', owner: text, command: {kind: 'boost', service: batch, lasting, toggle: false}});
  play({kind: 'command', owner: text, command: {kind: 'clear', service: batch}});
  play(reading(web, 9));
  play({kind: 'tick'});
  play({kind: 'noted', note: {level: 'warning', service: web, text}}, {kind: 'noted', note: {level: 'info', service: null, text}});
  play({kind: 'drifted', service: pay, replicas: 3});
  play(observed(batch, {trouble: {kind: 'failing', failures: 3, reason: text, retryAt: at + 60_000}, running: 1}));
  play(observed(pay, {trouble: {kind: 'unplaceable', reason: text, placed: 1, retryAt: at + 60_000}, running: 1}));
  play({kind: 'disconnected', reason: text});
  play({kind: 'connected'});
  play({kind: 'lease', lease: {kind: 'elsewhere', by: text, where: text, since: noon, trouble: text}});
  play({kind: 'lease', lease});
  play({kind: 'command', owner: text, command: {kind: 'pause'}}, {kind: 'command', owner: text, command: {kind: 'resume'}});
  play({kind: 'reading', service: web, reading: {kind: 'error', reason: text}});
  const sample = {demand: 7, want: 7, desired: 7, running: 5};
  return {
    fleet,
    vitals: {
      facts: {title: text, kind: 'docker', remark: text, nodes: [], made: [text], found: []},
      heardAt: at,
      at,
      alarms: [text],
      you: 'ops@mgr-1',
      session: 1,
      operators: [
        {name: 'ops@mgr-1', readOnly: false, since: noon},
        {name: text, readOnly: true, since: noon},
      ],
    },
    samples: Array.from({length: 30}, (_, second) => ({
      at: at - 30_000 + 1000 * second,
      services: {[web]: sample, [pay]: sample, [batch]: sample},
    })),
    happenings,
  };
}
