/**
 * Alarms about tenants' keys. Invariant: they look at the indexer's lines, one for each recorded call about a
 * tenant's key, so other keys of the account raise none.
 * What the product does with its keys from day to day is no alarm. What it never does (tags, grants, rotation off, a
 * policy by the control plane) always is one, even if one of the product's own roles does it.
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import {
  addLogMetricFilter,
  all,
  any,
  is,
  isNoneOf,
  isOneOf,
  isTrue,
} from './log-metric-filter.ts';

export interface KeyAlarmsProps {
  readonly topic: ITopic;
  /** the indexer's */
  readonly logs: ILogGroup;
  /** ARNs */
  readonly roles: {
    readonly tenant: string;
    readonly controlPlane: string;
    readonly reconciler: string;
  };
}

const period = Duration.minutes(5);

const isKeyEvent = is('$.message', 'key event');
const succeeded = is('$.outcome', 'succeeded');
const uses = ['Encrypt', 'Decrypt', 'ReEncrypt', 'GenerateDataKey*'];
const cryptography = isOneOf('$.operation', uses);
/** By a session of the tenant role that is named after another tenant. */
const byNeighbour = isTrue('$.neighbour');

export class KeyAlarms extends Construct {
  constructor(scope: Construct, id: string, props: KeyAlarmsProps) {
    super(scope, id);
    this.refusedCalls(props);
    this.foreignUse(props);
    this.changes(props);
  }

  /**
   * Only AccessDenied: other refusals, such as of a disabled key or an invalid ciphertext, are callers' mistakes.
   * Two filters count into one metric, since one pattern would be too long.
   */
  private refusedCalls({ topic, logs, roles }: KeyAlarmsProps): void {
    const refused = all(isKeyEvent, is('$.errorCode', 'AccessDenied*'));
    const own = [roles.tenant, roles.controlPlane, roles.reconciler];
    const counted = { logGroup: logs, metricName: 'RefusedKeyCalls', period };
    addLogMetricFilter(this, 'RefusedMisuses', {
      ...counted,
      filterPattern: all(
        refused,
        any(
          all(is('$.principal', roles.tenant), isNoneOf('$.operation', uses)),
          all(isOneOf('$.principal', [roles.controlPlane, roles.reconciler]), cryptography),
          all(is('$.principal', roles.controlPlane), is('$.operation', 'PutKeyPolicy')),
        ),
      ),
    });
    addAlarm(this, 'Refused', topic, {
      name: 'refused-key-call',
      description:
        "KMS has refused a tenant's key to somebody who never has business with it, or not that.",
      metric: addLogMetricFilter(this, 'RefusedStrangers', {
        ...counted,
        filterPattern: all(refused, any(byNeighbour, isNoneOf('$.principal', own))),
      }),
    });
    addAlarm(this, 'RefusedOwn', topic, {
      name: 'refused-own-key-calls',
      description:
        "KMS has refused the product's own roles their daily work with tenants' keys for half an hour.",
      metric: addLogMetricFilter(this, 'RefusedOwnCalls', {
        logGroup: logs,
        filterPattern: all(refused, isOneOf('$.principal', own)),
        metricName: 'RefusedOwnKeyCalls',
        period,
      }),
      // A new key's tags take up to five minutes to count: until then KMS refuses the tenant's first calls.
      evaluationPeriods: 6,
    });
  }

  private foreignUse({ topic, logs, roles }: KeyAlarmsProps): void {
    addAlarm(this, 'Foreign', topic, {
      name: 'foreign-key-use',
      description:
        "Somebody other than the tenant's own session has used a tenant's key: isolation has failed.",
      metric: addLogMetricFilter(this, 'ForeignUses', {
        logGroup: logs,
        filterPattern: all(
          isKeyEvent,
          succeeded,
          cryptography,
          any(byNeighbour, isNoneOf('$.principal', [roles.tenant])),
        ),
        metricName: 'ForeignKeyUses',
        period,
      }),
    });
  }

  private changes({ topic, logs, roles }: KeyAlarmsProps): void {
    const administered = isOneOf('$.operation', [
      'ScheduleKeyDeletion',
      'CancelKeyDeletion',
      'DisableKey',
      'EnableKey',
    ]);
    // No function calls these. The tags of a new key come with CreateKey.
    const never = isOneOf('$.operation', [
      'DisableKeyRotation',
      'TagResource',
      'UntagResource',
      'CreateGrant',
    ]);
    const byOthers = isNoneOf('$.principal', [roles.controlPlane, roles.reconciler]);
    // The reconciler alone puts a policy back.
    const opened = all(
      is('$.operation', 'PutKeyPolicy'),
      isNoneOf('$.principal', [roles.reconciler]),
    );
    addAlarm(this, 'Changed', topic, {
      name: 'key-change',
      description:
        "Somebody has changed a tenant's key in a way, or with a role, that the product does not.",
      metric: addLogMetricFilter(this, 'Changes', {
        logGroup: logs,
        filterPattern: all(isKeyEvent, succeeded, any(never, opened, all(administered, byOthers))),
        metricName: 'KeyChanges',
        period,
      }),
    });
  }
}
