/** The outcomes of a run's rows, and how many there are of each. */

/** `before`: an earlier run did it, as the journal says; `unsent`: the run ended before its turn. */
export const outcomes = [
  'created',
  'existing',
  'before',
  'conflict',
  'refused',
  'failed',
  'unsent',
] as const;
export type RowOutcome = (typeof outcomes)[number];

export type Summary = Readonly<Record<RowOutcome, number>>;

const words: Readonly<Record<RowOutcome, readonly [one: string, more: string]>> = {
  created: ['created', 'created'],
  existing: ['already there', 'already there'],
  before: ['done by an earlier run', 'done by an earlier run'],
  conflict: ['conflict', 'conflicts'],
  refused: ['refused', 'refused'],
  failed: ['failed', 'failed'],
  unsent: ['not done yet', 'not done yet'],
};

export const emptySummary = (): Record<RowOutcome, number> => ({
  created: 0,
  existing: 0,
  before: 0,
  conflict: 0,
  refused: 0,
  failed: 0,
  unsent: 0,
});

export const isFailure = (outcome: RowOutcome) =>
  outcome === 'conflict' || outcome === 'refused' || outcome === 'failed';

export const failuresOf = ({ conflict, refused, failed }: Summary) => conflict + refused + failed;

export const totalOf = (summary: Summary) =>
  outcomes.reduce((total, outcome) => total + summary[outcome], 0);

/** @returns such as `12 tenants: 10 created, 2 conflicts` */
export function summaryText(summary: Summary): string {
  const total = totalOf(summary);
  const parts = outcomes
    .filter((outcome) => outcome === 'created' || summary[outcome] > 0)
    .map((outcome) => `${summary[outcome]} ${words[outcome][summary[outcome] === 1 ? 0 : 1]}`);
  return `${total} ${total === 1 ? 'tenant' : 'tenants'}: ${parts.join(', ')}`;
}
