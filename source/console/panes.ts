/** Boxes and rules around what panes show. They know nothing of what that is. */
import type {Look} from './look.ts';
import {fit, widthOf} from './text.ts';

export function boxed(title: string, contents: readonly string[], width: number, {style}: Look): readonly string[] {
  const {symbols, dim} = style;
  const [topLeft, topRight, bottomLeft, bottomRight] = symbols.corners;
  const words = fit(title, Math.min(widthOf(title), width - 6), symbols);
  const top = `${dim(topLeft + symbols.rule)} ${style.bold(words)} ${dim(symbols.rule.repeat(Math.max(0, width - 5 - widthOf(words))) + topRight)}`;
  const side = dim(symbols.column);
  return [top, ...contents.map(text => `${side} ${text} ${side}`), dim(bottomLeft + symbols.rule.repeat(width - 2) + bottomRight)];
}

export function beside(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.map((text, row) => text + (right[row] ?? ''));
}

/** A title in a line across the screen. */
export function ruled(title: string, width: number, {style}: Look): string {
  const {symbols, dim} = style;
  const words = fit(title, Math.min(widthOf(title), Math.max(0, width - 4)), symbols);
  return dim(`${symbols.rule.repeat(2)} ${words} ${symbols.rule.repeat(Math.max(0, width - 4 - widthOf(words)))}`);
}
