/** What became of the lines of a list, counted. */
export const outcomes = ['created', 'existing', 'failed', 'left'] as const;
export type Outcome = (typeof outcomes)[number];

export type Summary = Readonly<Record<Outcome, number>>;

const words: Readonly<Record<Outcome, string>> = {
  created: 'created',
  existing: 'already there',
  failed: 'failed',
  left: 'not done yet',
};

export const totalOf = (summary: Summary): number =>
  outcomes.reduce((total, outcome) => total + summary[outcome], 0);

export const tenantsText = (count: number): string =>
  `${count} ${count === 1 ? 'tenant' : 'tenants'}`;

/** @returns such as `12 tenants: 10 created, 2 failed` */
export function summaryText(summary: Summary): string {
  const parts = outcomes
    .filter((outcome) => outcome === 'created' || summary[outcome] > 0)
    .map((outcome) => `${summary[outcome]} ${words[outcome]}`);
  return `${tenantsText(totalOf(summary))}: ${parts.join(', ')}`;
}

/** @param rate requests a second @returns such as `250/1000, 2 failed, 188 s left, at most 4/s` */
export function progressText(summary: Summary, rate: number): string {
  const total = totalOf(summary);
  const parts = [`${total - summary.left}/${total}`];
  if (summary.failed > 0) parts.push(`${summary.failed} failed`);
  if (summary.left > 0) parts.push(`${durationText(summary.left / rate)} left`);
  return [...parts, `at most ${Number(rate.toFixed(1))}/s`].join(', ');
}

export const durationText = (seconds: number): string =>
  seconds < 300 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
