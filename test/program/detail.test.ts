import {expect, test} from 'vitest';
import {engineTest, socket, sweep} from '../support/engine.ts';
import {emptyFolder, open, type Screen} from '../support/program.ts';
import {until} from '../support/until.ts';

const up = (screen: Screen) => until('the first frame', () => screen.text().includes('slots') && screen.text().includes('decisions'));
const shows = (screen: Screen, what: RegExp) => until(`the screen to show ${what.source}`, () => what.test(screen.text()));

test.each([
  [60, 15],
  [140, 40],
])('at %i×%i Enter shows a service whole and l its log; Esc leads back', async (columns, rows) => {
  const screen = open(['demo', '--seed', '4'], emptyFolder(), columns, rows);
  await up(screen);
  screen.press('\r');
  await shows(screen, /l log, Esc back/);
  await shows(screen, /want \d+ .*desired \d+ .*running \d+/);
  await shows(screen, /checkout-\d+ +simulated +running +\d+[smhd] +- +-/);
  await shows(screen, /asked|ask \d/);
  screen.press('l');
  await shows(screen, /checkout: log/);
  await shows(screen, /a simulated host has no logs/);
  screen.press('l');
  await shows(screen, /REPLICA/);
  screen.press('j');
  await shows(screen, /search-\d+ +simulated/);
  screen.press('\u001b');
  await shows(screen, /decisions/);
  screen.press('q');
  await shows(screen, /Leave\?/);
  screen.press('y');
  expect(await screen.ended).toBe(0);
});

engineTest('on a real engine it shows what each replica uses and wrote, and nothing that it wrote moves the screen', async () => {
  const project = 'detail';
  const script = String.raw`trap "exit 0" TERM; n=0; while :; do n=$((n+1)); printf "line $n \033[2J\033[1;1H\033]0;owned\007 \342\200\256turned\t%s\n" "$(head -c 3000 /dev/zero | tr "\0" x)"; sleep 0.2; done`;
  const replica = `image: busybox, pull: never, command: [sh, -c, ${JSON.stringify(script)}], stopGrace: 1s, networks: [none]`;
  const folder = emptyFolder({
    'microscale.yaml': `{project: ${project}, capacity: 2, services: {web: {priority: 1, ${replica}, demand: {source: fixed, value: 2}}}}`,
  });
  const screen = open(['--host', `unix://${socket}`], folder, 100, 30);
  try {
    await up(screen);
    await shows(screen, /slots 2\/2/);
    screen.press('\r');
    await shows(screen, /web-1 .*running +\d+[smhd] +\d+% +\d+(\.\d)?[KM]/);
    await shows(screen, /web-2 .*running/);
    screen.press('l');
    await shows(screen, /web-1 line \d+ +turned x+…/);
    await shows(screen, /web-2 line \d+ +turned x+…/);
    await shows(screen, /last \d+, following/);
    screen.press('\u001b[5~');
    await shows(screen, /\d+ of \d+, End follows/);
    screen.press('\u001b[F');
    await shows(screen, /last \d+, following/);
    const rows = screen.rows();
    expect(rows[0]).toMatch(/^ microscale/);
    expect(rows[2]).toMatch(/web: log/);
    expect(rows.at(-1)).toContain('q quit');
    expect(screen.sent()).not.toContain('owned');
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
  } finally {
    await sweep(project);
  }
});
