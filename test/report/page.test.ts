import {beforeAll, expect, test} from 'vitest';
import {createCollector} from '../../source/report/collect.ts';
import {html, markdown as plain, scriptJson} from '../../source/report/escape.ts';
import type {Facts} from '../../source/report/facts.ts';
import {page} from '../../source/report/html.ts';
import {markdown} from '../../source/report/markdown.ts';
import {recordShop} from '../support/recordings.ts';

const hostile = `"'><img src=x onerror=alert(1)></script><script>alert(2)</script>\u202egnp.exe\u001b[31m | \`x\` [a](javascript:b) ${'long '.repeat(2000)}`;

let facts: Facts;
beforeAll(async () => {
  const {entries} = await recordShop(hostile);
  const collector = createCollector('auto', 'UTC');
  for (const group of entries) collector.fold(group);
  facts = collector.facts('shop.rec', null);
});

test('a note of markup, marks and ten thousand characters is text in the page, and short', () => {
  const text = page(facts);
  expect(text).not.toContain('<img');
  expect(text).not.toMatch(/<script>alert/);
  expect(text).not.toContain('\u202e');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('long '.repeat(300));
  expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
  // Its own three, and nothing that a note began or ended.
  expect(text.match(/<script/g)).toHaveLength(3);
  expect(text.match(/<\/script/g)).toHaveLength(3);
});

test('the page asks the network for nothing, and allows only the scripts that it has', () => {
  const text = page(facts);
  expect(text).toContain(`default-src 'none'; script-src 'sha256-`);
  expect(text).not.toMatch(/<(link|img|iframe|object|embed)\b|\bsrc=["']|@import|url\(/);
  expect(text).not.toMatch(/unsafe-inline|unsafe-eval/);
});

test('the page tells the score, the worst moments, the owners and what was lost', () => {
  const text = page(facts);
  for (const words of ['Demand met', 'ann@ops', 'bob@ops', 'cleared by ann@ops', 'the line was cut', 'the scaler was paused', 'sale'])
    expect(text).toContain(words);
  expect(text.match(/data-chart="service"/g)).toHaveLength(3);
});

test('Markdown says the same, and a note breaks out of neither its cell nor its line', () => {
  const text = markdown(facts);
  for (const words of ['# shop: microscale report', 'ann@ops'.replace('@', '\\@'), 'the line was cut', '## What was lost'])
    expect(text).toContain(words);
  const row = text.split('\n').find(line => line.includes('capped at 1')) ?? '';
  expect(row.replaceAll(/\\\\|\\\|/g, '').split('|')).toHaveLength(8);
  expect(row).not.toMatch(/(?<!\\)[<`[]/);
});

test('a fleet of a thousand services has a page of which a browser draws forty charts', () => {
  const [web] = facts.services;
  const many = {...facts, services: Array.from({length: 1000}, (_, index) => ({...web!, name: `s${index}`}))};
  const text = page(many);
  expect(text.match(/data-chart="service"/g)).toHaveLength(40);
  expect(text).toContain('960 more services are in the table only');
});

test('a recording in which nothing happened is reported too', () => {
  const nothing = createCollector('dry-run', 'UTC').facts('empty.rec', 'line 2 is damaged');
  expect(page(nothing)).toContain('Nothing was decided in this recording');
  expect(page(nothing)).toContain('line 2 is damaged');
  expect(markdown(nothing)).toContain('a dry run');
});

test.each([
  ['<b>&"\'`', '&#60;b&#62;&#38;&#34;&#39;&#96;'],
  ['plain words', 'plain words'],
])('%j is escaped for HTML', (text, escaped) => expect(html(text)).toBe(escaped));

test('JSON in a script can’t end it', () => {
  const json = scriptJson({name: '</script><!--\u2028&'});
  expect(json).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(json)).toEqual({name: '</script><!--\u2028&'});
});

test('Markdown’s own marks are only characters', () => {
  expect(plain('*a* _b_ [c](d) `e` <f> | # g')).toBe('\\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` \\<f\\> \\| # g');
});
