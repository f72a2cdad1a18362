/** Values of a token for people. Invariant: printable ASCII alone, so that no claim moves the cursor or hides a line. */

const maxLength = 200;

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)} ...` : text;
  return cut.replace(/[^\x20-\x7e]/g, escaped);
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** @param path names that lead to a claim */
export const shownPath = (path: readonly string[]): string =>
  path.map(shown).reverse().join(' in ');

/** @returns such as `3 min 20 s` */
export function shownDuration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  return said.map(([count, unit]) => `${count} ${unit}`).join(' ') || '0 s';
}
