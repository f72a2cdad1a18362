/** What the reconciler finds, as its log lines say it: alarms and the dashboard go by these words. */

/** docs/operations.md says of each what it means and what to do. */
export type FindingKind =
  | 'row-invalid'
  | 'tenant-failed'
  | 'unfinished-onboarding'
  | 'unfinished-step'
  | 'key-erased'
  | 'mac-keys'
  | 'key-missing'
  | 'key-elsewhere'
  | 'key-unreadable'
  | 'key-tags'
  | 'key-shared'
  | 'key-not-erased'
  | 'deletion-window'
  | 'key-foreign'
  | 'key-unusable'
  | 'key-enabled'
  | 'deletion-cancelled'
  | 'key-policy'
  | 'rotation'
  | 'on-demand-rotation'
  | 'alias'
  | 'unnamed-key';

export type FindingOutcome = 'repaired' | 'reported' | 'failed';

/** Instead of a state of KMS's, where the reconciler does not see the key of a tenant. */
export type UnseenKey = 'missing' | 'unreadable' | 'elsewhere';
