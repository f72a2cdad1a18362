/** The trail, and how long what it says is kept. */
import { days, oneOf, text, trueOrFalse } from './values.ts';

const groupMessage =
  'must be the name of a log group of this account and region, and only with -c trail=false';

/** What CloudWatch Logs offers, from a month upwards. */
export const logRetentions = [
  30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** From the three months upwards that PCI DSS wants at hand (10.5.1). */
export const trailLogRetentions = logRetentions.filter((days) => days >= 90);

export const audit = {
  /** false where an organization's trail records the account, as docs/security.md requires */
  trail: trueOrFalse().default(true),
  /** how long S3 keeps everybody without the right to bypass the lock from deleting a file of the trail */
  trailLockDays: days(1, 3650).default(365),
  /** after how long a file of the trail goes to cheaper storage; S3 refuses less than 30 */
  trailArchiveAfterDays: days(30, 3650).default(90),
  /** how long the trail's log group keeps it; its files are never deleted */
  trailLogRetentionDays: oneOf('days', trailLogRetentions).default(365),
  /** name of the log group of this account and region to which an organization's trail delivers */
  trailLogGroup: text(/^[\w./#-]{1,512}$/, groupMessage).optional(),
  /** whether a trail records who invokes the functions behind the API, which CloudTrail charges for */
  functionEvents: trueOrFalse().default(true),
  /** how long the audit table keeps a tenant's events; the trail's files stay */
  auditRetentionDays: days(1, 3650).default(365),
};

/** The stack's own trail has a log group of its own. */
export const ownTrailHasOwnGroup = {
  fit: ({ trail, trailLogGroup }: { trail: boolean; trailLogGroup?: string | undefined }) =>
    !trail || trailLogGroup === undefined,
  problem: { path: ['trailLogGroup'], message: groupMessage },
};
