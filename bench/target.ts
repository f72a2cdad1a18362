/** What the figures are held to. */

export interface Target {
  readonly what: string;
  readonly figure: number;
  /** absent where the figure is to be as large as it can be */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** of a ratio `x`, of a count nothing */
  readonly unit: 'x' | '';
}

export const isMet = ({ figure, atMost = Infinity, atLeast = -Infinity }: Target): boolean =>
  figure <= atMost && figure >= atLeast;

export function verdict(target: Target): string {
  const { what, figure, atMost, atLeast, unit } = target;
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const shown = unit === 'x' ? figure.toFixed(2) : String(figure);
  return `${isMet(target) ? 'met   ' : 'MISSED'}  ${what}: ${shown}${unit}, ${limit}${unit}`;
}
