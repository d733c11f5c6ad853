/** The colours of a picture's frame, and of its groups. */
export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly accent: string;
  /** Colours of groups: Okabe and Ito's, which people with any form of colour blindness tell apart. */
  readonly groups: readonly string[];
}

export type ThemeName = 'light' | 'dark';

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: '#ffffff',
    text: '#1f2328',
    faint: '#59636e',
    grid: '#e4e7eb',
    accent: '#0072b2',
    groups: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#8c6d00', '#1f2328'],
  },
  dark: {
    background: '#14171c',
    text: '#e6e9ee',
    faint: '#9aa4b2',
    grid: '#2b313a',
    accent: '#56b4e9',
    groups: ['#56b4e9', '#e69f00', '#2bbf95', '#e29cc2', '#f0e442', '#ff8a4c', '#7fb0ff', '#e6e9ee'],
  },
};

export const fontFamily = "Inter, 'Helvetica Neue', Arial, sans-serif";
