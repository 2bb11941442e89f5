/** What a terminal says of its background (OSC 11): the question, whether it is open, and whether the answer is light. */
import type {Background} from './theme.ts';

/** Ended by BEL, which the oldest terminals know too. */
export const backgroundQuestion = '\u001b]11;?\u0007';

/** An answer that has not come by then doesn't come, as far as keys are concerned. */
const patienceMs = 2000;

/** The one question of a console, from when it is asked until it is known whether it is answered. */
export interface BackgroundQuestion {
  asked(): void;
  isOpen(): boolean;
  answered(color: string): void;
  /** What was asked behind it has been answered, so that no answer is on its way. */
  passed(): void;
  /** Resolves when it is open no longer, and at once where it was never asked. */
  closed(): Promise<void>;
}

export function createBackgroundQuestion(told: (background: Background) => void): BackgroundQuestion {
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  return {
    asked() {
      timer = setTimeout(close, patienceMs);
      timer.unref();
    },
    isOpen: () => timer !== undefined,
    answered(color) {
      const background = backgroundOf(color);
      if (background !== null) told(background);
      close();
    },
    passed: close,
    closed: () => (timer === undefined ? Promise.resolve() : new Promise<void>(resolve => waiting.push(resolve))),
  };
}

/**
 * Light where black stands out more than white does. Luminance and contrast are those of WCAG 2.2 (relative luminance and
 * contrast ratio, both from sRGB): (L + 0.05) / 0.05 is more than 1.05 / (L + 0.05) from the root of 0.0525, less 0.05, on.
 */
export function backgroundOf(color: string): Background | null {
  const channels = channelsOf(color);
  if (!channels) return null;
  const [red = 0, green = 0, blue = 0] = channels.map(value => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > Math.sqrt(0.05 * 1.05) - 0.05 ? 'light' : 'dark';
}

/** Red, green and blue between 0 and 1, of a colour as X11 writes it: `rgb:` with one to four digits each, or `#` with as many. */
function channelsOf(color: string): readonly number[] | null {
  const apart = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?$/i.exec(color);
  const together = /^#(?:([\da-f])([\da-f])([\da-f])|([\da-f]{2})([\da-f]{2})([\da-f]{2})|([\da-f]{4})([\da-f]{4})([\da-f]{4}))$/i.exec(
    color,
  );
  const digits = (apart ?? together)?.slice(1).filter(text => text !== undefined);
  return digits?.map(text => Number.parseInt(text, 16) / (16 ** text.length - 1)) ?? null;
}
