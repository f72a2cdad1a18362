/**
 * The alarm about the product's key and the keys that sign certificates, or tokens of the product's own issuer. The
 * indexer has no lines about them, since they are no tenant's. Invariant: every change counts but the rotation that KMS
 * does by itself.
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { all, any, isNot, isOneOf } from './log-metric-filter.ts';
import { addChangeFilters, changes } from './recorded-changes.ts';

export interface OwnKeyAlarmProps {
  readonly topic: ITopic;
  /** to which the trail delivers */
  readonly logs: ILogGroup;
  readonly keyArns: readonly string[];
}

/** In the event of an alias, the key comes after the alias; where an alias moves, there are two keys. */
const places = [0, 1, 2];

export class OwnKeyAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, logs, keyArns }: OwnKeyAlarmProps) {
    super(scope, id);
    addAlarm(this, 'Changed', topic, {
      name: 'product-key-change',
      description:
        "Somebody has changed the product's key or a key that signs certificates; or a deployment has.",
      metric: addChangeFilters(this, 'Changes', {
        logGroup: logs,
        metricName: 'ProductKeyChanges',
        period: Duration.minutes(5),
        names: keyArns,
        // Each in three places.
        namesAtOnce: 2,
        patternOf: (arns) =>
          all(
            changes('kms'),
            isNot('$.eventName', 'RotateKey'),
            any(...places.map((at) => isOneOf(`$.resources[${at}].ARN`, arns))),
          ),
      }),
    });
  }
}
