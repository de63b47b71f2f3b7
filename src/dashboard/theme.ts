import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'sandglass.theme';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

export const theme = signal<Theme>(stored());

/** Follows the choice from now on: all colours are `light-dark()` pairs, so one property switches them. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.style.colorScheme = theme.value === 'system' ? 'light dark' : theme.value;
    if (theme.value === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme.value);
  });
}

export function nextTheme(): void {
  theme.value = NEXT[theme.value];
}

/** A colour of the style sheet as it is in the present theme: canvases take no variables. */
export function colourOf(variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function stored(): Theme {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}
