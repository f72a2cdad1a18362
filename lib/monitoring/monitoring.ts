/**
 * All alarms, the topic that they notify, and the dashboard. docs/operations.md has a runbook for each alarm. It comes
 * last in the stack: some alarms are about all roles, functions and logs that are there before it.
 */

import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import type { Config } from '../config/config.ts';
import { AccessAlarms } from './access-alarms.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { AuditAlarms } from './audit-alarms.ts';
import { CanaryAlarms } from './canary-alarms.ts';
import { ProductDashboard } from './dashboard.ts';
import { DecryptAnomalyAlarms } from './decrypt-anomaly-alarms.ts';
import { InvocationAlarm } from './invocation-alarm.ts';
import { KeyAlarms } from './key-alarms.ts';
import { KeyDeletionAlarm } from './key-deletion-alarm.ts';
import { KeyOwnerAlarm } from './key-owner-alarm.ts';
import { OwnKeyAlarm } from './own-key-alarm.ts';
import { ReconcilerAlarms } from './reconciler-alarms.ts';
import { RequestAlarms } from './request-alarms.ts';
import { RevokedKeyAlarm } from './revoked-keys.ts';
import { StackAlarms } from './stack-alarms.ts';
import { type OwnTrail, TrailAlarms } from './trail-alarms.ts';

export interface MonitoringProps {
  /** all of it, but for what comes after this */
  readonly product: IConstruct;
  readonly config: Pick<
    Config,
    | 'alarmEmail'
    | 'alarmTopicArn'
    | 'canary'
    | 'canaryEveryMinutes'
    | 'functionEvents'
    | 'keyStores'
    | 'reconcileEveryMinutes'
  >;
  /** the product's key, whose policy has `usedByAlarms` where the topic is the stack's own */
  readonly key: IKey;
  readonly signingKeyArns: readonly string[];
  /** that nobody but API Gateway invokes */
  readonly functionsOfApi: readonly IFunction[];
  readonly stage: Stage;
  readonly functions: {
    readonly authorizer: IFunction;
    readonly sessionBroker: IFunction;
    readonly tenants: IFunction;
    readonly crypto: IFunction;
    readonly certificates: IFunction;
    readonly audit: IFunction;
    readonly indexer: IFunction;
  };
  readonly logs: {
    readonly access: ILogGroup;
    readonly authorizer: ILogGroup;
    readonly sessionBroker: ILogGroup;
    readonly crypto: ILogGroup;
    readonly indexer: ILogGroup;
    readonly reconciler: ILogGroup;
    /** to which a trail delivers, the stack's own or an organization's */
    readonly trail: ILogGroup | undefined;
  };
  /** the stack's own, if it has one */
  readonly trail: OwnTrail | undefined;
  /** ARNs */
  readonly roles: {
    readonly tenant: string;
    readonly controlPlane: string;
    readonly reconciler: string;
    /** that may ask the session broker */
    readonly sessionClients: readonly string[];
  };
  /** deliveries of log lines that were given up */
  readonly indexerFailures: IQueue;
}

export class Monitoring extends Construct {
  readonly topic: ITopic;
  readonly dashboardName: string | undefined;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { config, stage, functions, logs } = props;
    const topic = this.notified(props);
    this.topic = topic;
    if (logs.trail !== undefined) this.recordedCalls(props, topic, logs.trail);
    const { authorizer, sessionBroker, tenants, crypto, certificates, audit } = functions;
    const access = new AccessAlarms(this, 'Access', { topic, stage, logs });
    new RequestAlarms(this, 'Requests', {
      topic,
      stage,
      functions: { sessionBroker, tenants, crypto, certificates, audit },
      authorizer,
      throttledRequests: access.throttled,
    });
    const reconciler = new ReconcilerAlarms(this, 'Reconciler', {
      topic,
      logs: logs.reconciler,
      everyMinutes: config.reconcileEveryMinutes,
    });
    const { indexer } = functions;
    new AuditAlarms(this, 'Audit', { topic, indexer, failures: props.indexerFailures });
    if (config.canary) {
      new CanaryAlarms(this, 'Canary', { topic, everyMinutes: config.canaryEveryMinutes });
    }
    new DecryptAnomalyAlarms(this, 'Volumes', { topic });
    const revokedKeyLogs = config.keyStores && logs.crypto;
    if (revokedKeyLogs) new RevokedKeyAlarm(this, 'RevokedKeys', { topic, logs: revokedKeyLogs });
    this.dashboardName = new ProductDashboard(this, 'Dashboard', {
      stage,
      access,
      reconciler,
      reconcilerLogs: logs.reconciler,
      reconcileEveryMinutes: config.reconcileEveryMinutes,
      revokedKeyLogs,
      alarms: this.node.findAll().filter((one) => one instanceof Alarm),
    }).dashboardName;
  }

  private notified({ config, key }: MonitoringProps): ITopic {
    const { alarmTopicArn, alarmEmail: email } = config;
    return alarmTopicArn === undefined
      ? new AlarmTopic(this, 'AlarmTopic', { key, email }).topic
      : Topic.fromTopicArn(this, 'OperatorsTopic', alarmTopicArn);
  }

  /** Only with a trail: without it nothing says who has called KMS, and these alarms would never go off. */
  private recordedCalls(props: MonitoringProps, topic: ITopic, trailLogs: ILogGroup): void {
    const { config, product, logs, roles } = props;
    new KeyAlarms(this, 'Keys', { topic, logs: logs.indexer, roles });
    new KeyOwnerAlarm(this, 'Owners', { topic, logs: logs.indexer });
    new KeyDeletionAlarm(this, 'Deletions', {
      topic,
      logs: { trail: trailLogs, indexer: logs.indexer },
      roleArns: [roles.controlPlane, roles.reconciler],
    });
    new TrailAlarms(this, 'Trail', {
      topic,
      product,
      logs: trailLogs,
      own: props.trail,
      reconcileEveryMinutes: config.reconcileEveryMinutes,
    });
    new StackAlarms(this, 'Stack', { topic, product, logs: trailLogs });
    new OwnKeyAlarm(this, 'OwnKeys', {
      topic,
      logs: trailLogs,
      keyArns: [props.key.keyArn, ...props.signingKeyArns],
    });
    if (config.functionEvents) {
      const { functionName } = props.functions.sessionBroker;
      new InvocationAlarm(this, 'Invocations', {
        topic,
        logs: trailLogs,
        ofApi: props.functionsOfApi.map((one) => one.functionName),
        sessionBroker: { functionName, clientRoleArns: roles.sessionClients },
      });
    }
  }
}
