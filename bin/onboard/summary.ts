/** What became of the rows. */

/** `before`: a journal says that an earlier run did it; `unsent`: the run ended before its turn. */
export const outcomes = [
  'created',
  'existing',
  'before',
  'conflict',
  'refused',
  'failed',
  'unsent',
] as const;
export type Outcome = (typeof outcomes)[number];

export type Tally = Readonly<Record<Outcome, number>>;

const words: Readonly<Record<Outcome, readonly [one: string, more: string]>> = {
  created: ['created', 'created'],
  existing: ['already there', 'already there'],
  before: ['done by an earlier run', 'done by an earlier run'],
  conflict: ['conflict', 'conflicts'],
  refused: ['refused', 'refused'],
  failed: ['failed', 'failed'],
  unsent: ['not done yet', 'not done yet'],
};

export const emptyTally = (): Record<Outcome, number> => ({
  created: 0,
  existing: 0,
  before: 0,
  conflict: 0,
  refused: 0,
  failed: 0,
  unsent: 0,
});

export const isFailure = (outcome: Outcome) =>
  outcome === 'conflict' || outcome === 'refused' || outcome === 'failed';

export const failuresOf = ({ conflict, refused, failed }: Tally) => conflict + refused + failed;

export const totalOf = (tally: Tally) =>
  outcomes.reduce((total, outcome) => total + tally[outcome], 0);

/** @returns such as `12 tenants: 10 created, 2 conflicts` */
export function summaryOf(tally: Tally): string {
  const total = totalOf(tally);
  const parts = outcomes
    .filter((outcome) => outcome === 'created' || tally[outcome] > 0)
    .map((outcome) => `${tally[outcome]} ${words[outcome][tally[outcome] === 1 ? 0 : 1]}`);
  return `${total} ${total === 1 ? 'tenant' : 'tenants'}: ${parts.join(', ')}`;
}
