/** The colours of each theme: for dark and light backgrounds, and one that the colour-blind can tell apart. */
import type {ChalkInstance} from 'chalk';
import type {ThemeChoice} from '../config/themes.ts';

export type Paint = (text: string) => string;

/** What colours stand on. */
export type Background = 'light' | 'dark';

export type Theme = Exclude<ThemeChoice, 'auto'>;

export interface Palette {
  readonly demand: Paint;
  readonly good: Paint;
  readonly warning: Paint;
  readonly danger: Paint;
  /** By a service's place among the services. Priority 1's first is blue, as on stage. */
  readonly services: readonly Paint[];
}

export function paletteOf(theme: Exclude<Theme, 'mono'>, ink: ChalkInstance): Palette {
  switch (theme) {
    case 'dark':
      return {
        demand: ink.red,
        good: ink.green,
        warning: ink.yellow,
        danger: ink.redBright,
        services: [ink.blueBright, ink.cyan, ink.yellow, ink.magenta, ink.green, ink.blue, ink.whiteBright, ink.gray],
      };
    case 'light':
      // Yellow, cyan and white can't be read on white.
      return {
        demand: ink.red,
        good: ink.green,
        warning: ink.magenta,
        danger: ink.red.bold,
        services: [ink.blue, ink.magenta, ink.green, ink.black, ink.red, ink.gray],
      };
    case 'colorblind':
      // Okabe and Ito, Color Universal Design (2008), without its black.
      return {
        demand: ink.hex('#e69f00'),
        good: ink.hex('#56b4e9'),
        warning: ink.hex('#f0e442'),
        danger: ink.hex('#d55e00').bold,
        services: ['#56b4e9', '#009e73', '#f0e442', '#cc79a7', '#0072b2', '#e69f00'].map(color => ink.hex(color)),
      };
  }
}

/**
 * `background` is what the terminal itself has said of it. `COLORFGBG`, which ssh doesn't pass on, ends with its number among
 * the sixteen: 7 and 15 are light.
 */
export function themeFor(
  choice: ThemeChoice,
  environment: Readonly<Record<string, string | undefined>>,
  background: Background | null = null,
): Theme {
  if (choice !== 'auto') return choice;
  const number = /(?:^|;)(\d+)$/.exec(environment['COLORFGBG'] ?? '')?.[1];
  return background ?? (number === '7' || number === '15' ? 'light' : 'dark');
}
