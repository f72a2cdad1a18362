/**
 * The function that turns log lines into rows of the audit table. Invariant: it adds events, and neither reads, changes
 * nor deletes one, nor any baseline; it finds in the registry only which tenant a key belongs to, and only CloudWatch
 * Logs can invoke it, for the log groups that it is subscribed to.
 * Lines that it could not write in three attempts wait in a queue.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventInvokeConfig, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter, FilterPattern, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { refusedAttempts } from '../../contract/access-log.ts';
import type { indexerEnvironment } from '../../contract/environment.ts';
import type { Plane } from '../../contract/routes.ts';
import { baselinePrefix, keyArnIndex } from '../../contract/table-schema.ts';
import type { Config } from '../config/config.ts';
import { hasStoreOutsideAws, hasTenantsAccounts } from '../config/key-stores.ts';
import { BundledFunction, type EnvironmentOf } from '../functions/bundled-function.ts';
import { acknowledge } from '../nag/acknowledge.ts';

export interface AuditIndexerProps {
  readonly config: Config;
  readonly key: IKey;
  /** the registry */
  readonly table: ITable;
  readonly auditTable: ITable;
  readonly roleArns: Readonly<
    Record<'controlPlane' | 'reconciler' | 'certificates' | 'tenant' | 'sessionBroker', string>
  >;
  /** of the stack's own trail or an organization's, if there is one */
  readonly trailLogs: ILogGroup | undefined;
  /** of API Gateway */
  readonly accessLogs: ILogGroup;
  /** of the functions behind the API */
  readonly requestLogs: Readonly<Record<Plane, ILogGroup>>;
  readonly reconcilerLogs: ILogGroup;
  readonly sessionBrokerLogs: ILogGroup;
}

/**
 * The trail's log group has events of all services, those of functions have lines of every kind. That of API Gateway is
 * searched as text, since a line that a caller has broken is no JSON.
 */
const patterns = {
  access: FilterPattern.anyTerm(...Object.keys(refusedAttempts)).logPatternString,
  trail: '{ $.eventSource = "kms.amazonaws.com" }',
  requests: '{ $.message = "request" }',
  /** of functions that may call another key store than KMS */
  requestsAndStoreCalls: '{ $.message = "request" || $.message = "key store call" }',
  storeCalls: '{ $.message = "key store call" }',
} as const;

export class AuditIndexer extends Construct {
  readonly bundled: BundledFunction;
  /** deliveries that were given up */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: AuditIndexerProps) {
    super(scope, id);
    this.failures = this.failuresQueue();
    this.bundled = this.indexer(props);
    this.retries();
    const { tenants, crypto, certificates, audit } = props.requestLogs;
    const { keyStores } = props.config;
    const hasStoreCalls = hasStoreOutsideAws(keyStores);
    // Of calls in a tenant's account our trail has AssumeRole alone; none but these two functions make any.
    const hasCallsElsewhere = hasTenantsAccounts(keyStores);
    const requestsOf = (hasCalls: boolean) =>
      hasCalls ? patterns.requestsAndStoreCalls : patterns.requests;
    const requests = requestsOf(hasStoreCalls);
    this.subscribe('Requests', crypto, requestsOf(hasStoreCalls || hasCallsElsewhere));
    this.subscribe('TenantsRequests', tenants, requests);
    this.subscribe('CertificatesRequests', certificates, requests);
    this.subscribe('AuditRequests', audit, patterns.requests);
    if (hasStoreCalls) this.subscribe('StoreCalls', props.reconcilerLogs, patterns.storeCalls);
    if (hasCallsElsewhere)
      this.subscribe('Challenges', props.sessionBrokerLogs, patterns.storeCalls);
    this.subscribe('Access', props.accessLogs, patterns.access);
    if (props.trailLogs) this.subscribe('Trail', props.trailLogs, patterns.trail);
  }

  private failuresQueue(): Queue {
    const queue = new Queue(this, 'Failures', {
      // It holds log lines. With SQS's own key, since Lambda would need a permission for another one.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, {
      'AwsSolutions-SQS3':
        'It is itself the queue for what failed; a person or a script empties it.',
    });
    return queue;
  }

  private indexer(props: AuditIndexerProps): BundledFunction {
    const { roleArns, requestLogs, accessLogs } = props;
    const environment: EnvironmentOf<typeof indexerEnvironment> = {
      TABLE_NAME: props.table.tableName,
      AUDIT_TABLE_NAME: props.auditTable.tableName,
      AUDIT_RETENTION_DAYS: String(props.config.auditRetentionDays),
      ACCOUNT_ID: Stack.of(this).account,
      CONTROL_PLANE_ROLE_ARN: roleArns.controlPlane,
      RECONCILER_ROLE_ARN: roleArns.reconciler,
      CERTIFICATES_ROLE_ARN: roleArns.certificates,
      TENANT_ROLE_ARN: roleArns.tenant,
      TENANTS_LOG_GROUP: requestLogs.tenants.logGroupName,
      CRYPTO_LOG_GROUP: requestLogs.crypto.logGroupName,
      CERTIFICATES_LOG_GROUP: requestLogs.certificates.logGroupName,
      AUDIT_LOG_GROUP: requestLogs.audit.logGroupName,
      ...(hasStoreOutsideAws(props.config.keyStores) && {
        RECONCILER_LOG_GROUP: props.reconcilerLogs.logGroupName,
      }),
      ...(hasTenantsAccounts(props.config.keyStores) && {
        SESSION_BROKER_LOG_GROUP: props.sessionBrokerLogs.logGroupName,
        SESSION_BROKER_ROLE_ARN: roleArns.sessionBroker,
      }),
      ACCESS_LOG_GROUP: accessLogs.logGroupName,
      ...(props.trailLogs && { TRAIL_LOG_GROUP: props.trailLogs.logGroupName }),
    };
    return new BundledFunction(this, 'Indexer', {
      config: props.config,
      name: 'indexer',
      description: "tenant-keys: log lines to rows of the tenants' audit",
      role: this.role(props),
      key: props.key,
      // A delivery is 1 MB of lines at most, some 700 rows: this leaves time for a table that throttles.
      timeoutSeconds: 60,
      memoryMegabytes: 512,
      environment,
    });
  }

  private role({ table, auditTable }: AuditIndexerProps): Role {
    const findOwners = new PolicyStatement({
      sid: 'FindOwners',
      actions: ['dynamodb:Query'],
      resources: [`${table.tableArn}/index/${keyArnIndex}`],
    });
    // Of all rights to write this one alone cannot replace or delete an item (Service Authorization Reference).
    const addEvents = new PolicyStatement({
      sid: 'AddEvents',
      actions: ['dynamodb:PartiQLInsert'],
      resources: [auditTable.tableArn],
      conditions: {
        'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': [`${baselinePrefix}*`] },
        // ForAllValues is true where the condition key is absent.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
    const keepFailures = new PolicyStatement({
      sid: 'KeepFailures',
      actions: ['sqs:SendMessage'],
      resources: [this.failures.queueArn],
    });
    return new Role(this, 'Role', {
      description: 'tenant-keys: adds audit events; reads and changes none, reaches no key',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Policy: new PolicyDocument({ statements: [findOwners, addEvents, keepFailures] }),
      },
    });
  }

  /** CloudWatch Logs invokes asynchronously. These are Lambda's defaults, and the queue for what fails. */
  private retries(): void {
    new CfnEventInvokeConfig(this, 'Retries', {
      functionName: this.bundled.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 21_600,
      destinationConfig: { onFailure: { destination: this.failures.queueArn } },
    });
  }

  private subscribe(name: string, logs: ILogGroup, filterPattern: string): void {
    const { function: indexer } = this.bundled;
    const permission = new CfnPermission(this, `${name}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName: indexer.functionArn,
      principal: 'logs.amazonaws.com',
      sourceArn: logs.logGroupArn,
      sourceAccount: Stack.of(this).account,
    });
    const subscription = new CfnSubscriptionFilter(this, `${name}Subscription`, {
      logGroupName: logs.logGroupName,
      filterPattern,
      destinationArn: indexer.functionArn,
    });
    // CloudWatch Logs invokes the function once when the subscription is made.
    subscription.addResourceDependency(permission);
  }
}
