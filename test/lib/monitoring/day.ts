/**
 * A day of a deployment, in the logs that have metric filters. Invariant: KMS's records, the indexer's lines and the
 * functions' lines are real ones, of calls that were made. The local stack has no records of other services and no
 * access log: these are made in the shape of CloudTrail's and API Gateway's.
 */
import { KMS } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Operation, planeOf } from '../../../contract/routes.ts';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { keyOwners } from '../../../lambdas/indexer/key-owners.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Template } from '../../../local/template/template.ts';
import { controlOf } from '../../e2e/control.ts';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { type Call, recorded } from './calls.ts';
import { linesOf } from './lines.ts';

export type Log =
  | 'indexer'
  | 'trail'
  | 'access'
  | 'authorizer'
  | 'sessionBroker'
  | 'crypto'
  | 'reconciler';

export interface Occurrence {
  readonly name: string;
  readonly lines: readonly { readonly log: Log; readonly line: string }[];
}

export interface Day {
  readonly stack: TestStack;
  readonly control: ReturnType<typeof controlOf>;
  readonly occurrences: readonly Occurrence[];
  /** Adds what is logged while the action runs. @throws Error where nothing is */
  during(name: string, action: () => Promise<unknown>): Promise<void>;
  /** Adds calls of services that the local stack does not have. */
  recorded(name: string, ...calls: readonly Call[]): Promise<void>;
  /** Adds a request, in API Gateway's access log. */
  answered(name: string, context: Readonly<Record<string, string>>): void;
  /** Adds a line that is not written by code of the product. */
  written(name: string, log: Log, line: object): void;
  /** Adds the lines that a function's code logs in this process. */
  logged(name: string, log: Log, action: () => unknown): Promise<void>;
  /** @returns a client with a session of the role whose logical id begins so */
  kmsAs(role: string, session: string, tags?: Readonly<Record<string, string>>): KMS;
  /** @returns the ARN of the role whose logical id begins so */
  roleArn(prefix: string): string;
  close(): Promise<void>;
}

/** The logs of functions' lines, by their message. */
const logsOfMessages: Readonly<Record<string, Log>> = {
  authorization: 'authorizer',
  session: 'sessionBroker',
  finding: 'reconciler',
  reconciled: 'reconciler',
};

function logOf({ message, operation }: Readonly<Record<string, string>>): Log | undefined {
  const isOfDataPlane = message === 'request' && planeOf(operation as Operation) === 'crypto';
  return isOfDataPlane ? 'crypto' : logsOfMessages[message ?? ''];
}

export async function beginDay(
  template: Template,
  context: Readonly<Record<string, unknown>>,
): Promise<Day> {
  const stack = await startTestStack(context);
  const occurrences: Occurrence[] = [];
  const idOf = (type: string, prefix: string) =>
    template.ofType(type).find(({ logicalId }) => logicalId.startsWith(prefix))
      ?.logicalId as string;
  const roleArn = (prefix: string) =>
    template.identity(idOf('AWS::IAM::Role', prefix)).attributes.Arn as string;
  const tableName = (prefix: string) => template.identity(idOf('AWS::DynamoDB::Table', prefix)).ref;
  const environment = {
    TABLE_NAME: tableName('TenantTable'),
    AUDIT_TABLE_NAME: tableName('AuditTable'),
    AUDIT_RETENTION_DAYS: 1,
    ACCOUNT_ID: localAccount.accountId,
    CONTROL_PLANE_ROLE_ARN: roleArn('ControlPlaneRole'),
    RECONCILER_ROLE_ARN: roleArn('ReconcilerRole'),
    CERTIFICATES_ROLE_ARN: roleArn('CertificatesRole'),
    TENANT_ROLE_ARN: roleArn('TenantRole'),
    TRAIL_LOG_GROUP: 'trail',
    TENANTS_LOG_GROUP: 'tenants',
    CRYPTO_LOG_GROUP: 'crypto',
    CERTIFICATES_LOG_GROUP: 'certificates',
    AUDIT_LOG_GROUP: 'audit',
    ACCESS_LOG_GROUP: 'access',
  };
  const client = DynamoDBDocumentClient.from(stack.administrator.dynamodb);
  const accessLogFormat = formatOf(template);
  const owners = keyOwners(client, environment.TABLE_NAME);

  /** @returns CloudTrail's events, and the indexer's lines about those of tenants' keys */
  async function ofEvents(events: readonly { readonly eventSource: string }[]) {
    const lines = events.map((event) => JSON.stringify(event));
    // By the pattern of its subscription.
    const ofKms = lines.filter((_, at) => events[at]?.eventSource === 'kms.amazonaws.com');
    const delivered = ofKms.map((message, at) => ({ id: String(at), message }));
    const batch = { owner: localAccount.accountId, logGroup: 'trail', lines: delivered };
    const indexerLines = await linesOf(() => indexBatch(batch, { client, owners, environment }));
    return [
      ...lines.map((line) => ({ log: 'trail' as const, line })),
      ...indexerLines.map((line) => ({ log: 'indexer' as const, line })),
    ];
  }

  const keep = (name: string, lines: Occurrence['lines']) => {
    if (lines.length === 0) throw new Error(`nothing was logged of "${name}"`);
    occurrences.push({ name, lines });
  };

  return {
    stack,
    control: controlOf(stack),
    occurrences,
    roleArn,
    close: stack.close,
    async during(name, action) {
      const [events, lines] = [stack.deployment.trail.events.length, stack.logs.length];
      await action();
      await stack.settled();
      const logged = stack.logs.slice(lines).flatMap((line) => {
        const log = logOf(JSON.parse(line));
        return log === undefined ? [] : [{ log, line }];
      });
      keep(name, [...(await ofEvents(stack.deployment.trail.events.slice(events))), ...logged]);
    },
    async recorded(name, ...calls) {
      keep(name, await ofEvents(calls.map(recorded)));
    },
    answered(name, context) {
      const line = accessLogFormat.replace(/\$context\.([\w.]+)/g, (_, variable) => {
        return context[variable] ?? '-';
      });
      keep(name, [{ log: 'access', line }]);
    },
    written: (name, log, line) => keep(name, [{ log, line: JSON.stringify(line) }]),
    async logged(name, log, action) {
      keep(
        name,
        (await linesOf(action)).map((line) => ({ log, line })),
      );
    },
    kmsAs(prefix, session, tags = {}) {
      const role = stack.deployment.roles.get(roleArn(prefix));
      if (role === undefined) throw new Error(`${prefix} is no role`);
      const credentials = stack.deployment.issue(role, session, tags);
      const { aws: endpoint, region } = stack;
      return new KMS({ endpoint, region, credentials, maxAttempts: 1 });
    },
  };
}

function formatOf(template: Template): string {
  const [stage] = template.ofType('AWS::ApiGateway::Stage');
  const setting = stage?.properties.AccessLogSetting as { readonly Format: string } | undefined;
  if (setting === undefined) throw new Error('the stage has no access log');
  return setting.Format;
}
