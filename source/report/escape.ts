/** Text from outside, made harmless in each of the languages that a report is written in. */
import {short} from './words.ts';

/** For HTML, between tags and in quoted attributes. */
export function html(text: string): string {
  return short(text).replaceAll(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`);
}

/** A JSON value inside a script element, which nothing in it can end. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** For Markdown, in a line or in a cell of a table. */
export function markdown(text: string): string {
  return short(text).replaceAll(/[\\`*_{}[\]<>()#+!|~&$@:-]/g, character => (/[-+#:()]/.test(character) ? character : `\\${character}`));
}
