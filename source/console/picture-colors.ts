/** The colours that a terminal's numbers stand for in a picture: sixteen that suit the paper, and the 256. Knows no screen. */
import type {Background} from './theme.ts';

export interface Paper {
  readonly paper: string;
  readonly ink: string;
  /** The sixteen colours of a terminal, in the order of their numbers. */
  readonly colors: readonly string[];
}

export const papers: Readonly<Record<Background, Paper>> = {
  dark: {
    paper: '#1b1e23',
    ink: '#d7dae0',
    colors: [
      ...['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'],
      ...['#7f848e', '#ff7b85', '#b5e890', '#f5d68b', '#7cc4ff', '#e19bf5', '#73d5e0', '#ffffff'],
    ],
  },
  // Dark enough to be read on it, as the colours of a terminal on white are.
  light: {
    paper: '#fbfbfa',
    ink: '#24292f',
    colors: [
      ...['#24292f', '#b3202c', '#2c6e1f', '#7a5a00', '#1f5fbf', '#8a3ea8', '#0b6b75', '#57606a'],
      ...['#6a737d', '#d1242f', '#3a8a2a', '#946c00', '#2f74d8', '#a04fc0', '#14808c', '#6a737d'],
    ],
  },
};

/** The six steps of each side of the cube, as xterm has them. */
const steps = [0, 95, 135, 175, 215, 255];

/** Of the 256: the sixteen first, then a cube of red, green and blue, then greys. */
export function indexedColor(number: number, {colors}: Paper): string | null {
  if (number < 16) return colors[number] ?? null;
  if (number > 255) return null;
  const grey = 8 + 10 * (number - 232);
  if (number >= 232) return `rgb(${grey},${grey},${grey})`;
  const place = number - 16;
  return `rgb(${[Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map(step => steps[step]).join(',')})`;
}
