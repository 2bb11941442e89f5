/** The names of the console's colour themes, which flags, the environment and a configuration choose from. */

export const themeChoices = ['auto', 'dark', 'light', 'colorblind', 'mono'] as const;

/** `auto` goes by what the terminal says of its background. */
export type ThemeChoice = (typeof themeChoices)[number];
