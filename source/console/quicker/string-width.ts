/** string-width with a memory, put in its place by the bundler: Ink measures every row anew for every frame. */
import stringWidth, {type Options} from 'string-width-itself';
import {remember} from './remember.ts';

const width = remember(text => stringWidth(text), 4096);

export default function rememberedWidth(text: string, options?: Options): number {
  return options ? stringWidth(text, options) : width(text);
}
