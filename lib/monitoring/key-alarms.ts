/**
 * Alarms about tenants' keys. Invariant: they look at the indexer's lines, one for each recorded call about a key
 * that is a tenant's, since other keys of the account are nobody's business here.
 * What the product itself does with its keys from day to day is no alarm. What it never does (tags, grants,
 * rotation off) is one whoever does it, the product's own roles included.
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { all, any, is, isNoneOf, isOneOf, isTrue, matchingLines } from './log-metric-filter.ts';

export interface KeyAlarmsProps {
  readonly topic: Topic;
  /** of the indexer */
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
/** Of a session of the tenant role whose name is not the tenant's. */
const byNeighbour = isTrue('$.neighbour');

export class KeyAlarms extends Construct {
  constructor(scope: Construct, id: string, props: KeyAlarmsProps) {
    super(scope, id);
    this.refusedCalls(props);
    this.foreignUse(props);
    this.changes(props);
  }

  /**
   * What KMS refuses for other reasons, a ciphertext that is none, a key that is disabled, are callers' mistakes and
   * answered as such. Two filters for one metric, since all would not fit into one pattern.
   */
  private refusedCalls({ topic, logs, roles }: KeyAlarmsProps): void {
    const refused = all(isKeyEvent, is('$.errorCode', 'AccessDenied*'));
    const own = [roles.tenant, roles.controlPlane, roles.reconciler];
    const counted = { logGroup: logs, metricName: 'RefusedKeyCalls', period };
    matchingLines(this, 'RefusedMisuses', {
      ...counted,
      pattern: all(
        refused,
        any(
          all(is('$.principal', roles.tenant), isNoneOf('$.operation', uses)),
          all(isOneOf('$.principal', [roles.controlPlane, roles.reconciler]), cryptography),
        ),
      ),
    });
    addAlarm(this, 'Refused', topic, {
      name: 'refused-key-call',
      what: "KMS has refused a tenant's key to somebody who never has business with it, or not that.",
      metric: matchingLines(this, 'RefusedStrangers', {
        ...counted,
        pattern: all(refused, any(byNeighbour, isNoneOf('$.principal', own))),
      }),
    });
    addAlarm(this, 'RefusedOwn', topic, {
      name: 'refused-own-key-calls',
      what: "KMS has refused the product's own roles their daily work with tenants' keys for half an hour.",
      metric: matchingLines(this, 'RefusedOwnCalls', {
        logGroup: logs,
        pattern: all(refused, isOneOf('$.principal', own)),
        metricName: 'RefusedOwnKeyCalls',
        period,
      }),
      // KMS's tags of a new key take up to five minutes to count: until then the tenant's first calls are refused.
      periods: 6,
    });
  }

  private foreignUse({ topic, logs, roles }: KeyAlarmsProps): void {
    addAlarm(this, 'Foreign', topic, {
      name: 'foreign-key-use',
      what: "Somebody other than the tenant's own session has used a tenant's key: isolation has failed.",
      metric: matchingLines(this, 'ForeignUses', {
        logGroup: logs,
        pattern: all(
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
      'PutKeyPolicy',
      'ScheduleKeyDeletion',
      'CancelKeyDeletion',
      'DisableKey',
      'EnableKey',
    ]);
    // Nobody of the product asks for these; tags of a new key come with CreateKey.
    const never = isOneOf('$.operation', [
      'DisableKeyRotation',
      'TagResource',
      'UntagResource',
      'CreateGrant',
    ]);
    const byOthers = isNoneOf('$.principal', [roles.controlPlane, roles.reconciler]);
    addAlarm(this, 'Changed', topic, {
      name: 'key-change',
      what: "Somebody has changed a tenant's key in a way, or with a role, that the product does not.",
      metric: matchingLines(this, 'Changes', {
        logGroup: logs,
        pattern: all(isKeyEvent, succeeded, any(never, all(administered, byOthers))),
        metricName: 'KeyChanges',
        period,
      }),
    });
  }
}
