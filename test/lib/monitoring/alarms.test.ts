/** The alarms, their topic and the dashboard, as the template declares them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { probes } from '../../../lambdas/canary/probes.ts';
import { probesAt } from '../../../lambdas/canary/rotation.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import {
  arnOf,
  named,
  resource,
  resourcesOf,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';
import { type EvaluatedAlarm, evaluated } from './alarm-state.ts';

interface MetricOf {
  readonly Namespace?: string;
  readonly MetricName?: string;
}

interface Alarm extends MetricOf, EvaluatedAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly MetricStat?: { readonly Metric: MetricOf; readonly Period: number };
  }[];
}

const alarmsOf = (template: Awaited<ReturnType<typeof synthesizedTemplate>>) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties as Alarm);
const nameOf = ({ AlarmName }: Alarm) => AlarmName.replace(/^TenantKeys-/, '');
const metricsOf = ({ Metrics, ...alarm }: Alarm): MetricOf[] =>
  Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [alarm];

const keyStores = { awsKmsExternal: { accounts: ['222222222222'] } };
const template = await synthesizedTemplate({ keyStores });
const alarms = alarmsOf(template);
const filters = resourcesOf(template, 'AWS::Logs::MetricFilter').map(
  ([, { Properties }]) => Properties,
);
const counted: readonly string[] = filters.map(
  ({ MetricTransformations: [{ MetricName }] }) => MetricName,
);

/** The code of the functions, which has the names of metrics in quotes. */
const sources = readdirSync('lambdas', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(`lambdas/${file}`, 'utf8'))
  .join('\n');
const ofAws = new Set([
  'AWS/ApiGateway Count',
  'AWS/ApiGateway 5XXError',
  'AWS/ApiGateway Latency',
  'AWS/Lambda Errors',
  'AWS/Lambda Throttles',
  'AWS/Lambda AsyncEventsDropped',
  'AWS/Logs IncomingLogEvents',
  'AWS/SQS ApproximateNumberOfMessagesVisible',
  'AWS/Usage CallCount',
]);
const isEmitted = ({ Namespace, MetricName = '' }: MetricOf) =>
  Namespace === 'TenantKeys'
    ? counted.includes(MetricName) || sources.includes(`'${MetricName}'`)
    : ofAws.has(`${Namespace} ${MetricName}`);

describe('each alarm', () => {
  const [, runbooks = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## Alarms\n');
  const [ofAlarms = ''] = runbooks.split('\n## ');
  const headings = [...ofAlarms.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);

  test('has a runbook, and each runbook an alarm', () => {
    expect(headings.toSorted()).toEqual(alarms.map(nameOf).sort());
  });

  test.each(alarms.map((alarm) => [nameOf(alarm), alarm] as const))(
    '%s says what has happened and where its runbook is, and notifies the topic',
    (name, alarm) => {
      expect(alarm.AlarmName).toBe(`TenantKeys-${name}`);
      expect(alarm.AlarmDescription).toMatch(/^[A-Z].+\.\nRunbook: /);
      expect(alarm.AlarmDescription).toMatch(
        new RegExp(`\\nRunbook: docs/operations\\.md#${name}$`),
      );
      const [topic] = resource(template, 'AWS::SNS::Topic');
      expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
      expect(alarm.OKActions ?? [{ Ref: topic }]).toEqual([{ Ref: topic }]);
    },
  );

  test('is on metrics that something emits', () => {
    const all = alarms.flatMap(metricsOf);
    expect(all.filter((metric) => !isEmitted(metric))).toEqual([]);
  });

  test('treats missing data as not breaching, but for alarms about silence, which notify of it', () => {
    for (const alarm of alarms) {
      const isSilence = nameOf(alarm).endsWith('-silent');
      expect([alarm.AlarmName, alarm.TreatMissingData, alarm.InsufficientDataActions]).toEqual([
        alarm.AlarmName,
        isSilence ? 'missing' : 'notBreaching',
        isSilence ? alarm.AlarmActions : undefined,
      ]);
    }
  });

  test('is not red after a first deployment, before anything has run', () => {
    for (const alarm of alarms) {
      const isSilence = nameOf(alarm).endsWith('-silent');
      const { state, notified } = evaluated(alarm, [[], [], []]);
      expect([alarm.AlarmName, state]).toEqual([
        alarm.AlarmName,
        isSilence ? 'INSUFFICIENT_DATA' : 'OK',
      ]);
      // As each alarm about a state that lasts does when it becomes OK for the first time.
      expect(notified).toEqual(!isSilence && alarm.OKActions ? ['OK'] : []);
    }
  });

  test.each(['canary-silent', 'reconciler-silent', 'trail-silent', 'volumes-silent'])(
    '%s tells when it falls silent, once, and when it is over',
    (name) => {
      const alarm = alarms.find((one) => nameOf(one) === name) as Alarm;
      const runs = [1, 1, 1, 1, 1, 1];
      const silence = runs.map(() => undefined);
      const notifiedOf = (...evaluations: (number | undefined)[][]) =>
        evaluated(alarm, [[], runs, ...evaluations]).notified;
      expect(notifiedOf()).toEqual(['OK']);
      expect(notifiedOf([...runs, undefined])).toEqual(['OK']);
      expect(notifiedOf(silence, silence)).toEqual(['OK', 'INSUFFICIENT_DATA']);
      expect(notifiedOf(silence, [...silence, 1])).toEqual(['OK', 'INSUFFICIENT_DATA', 'OK']);
    },
  );

  test.each([
    [1, 1],
    [7, 1440],
    [1440, 7],
  ])(
    'looks back as far as CloudWatch lets it, with runs every %i and %i minutes',
    async (reconcileEveryMinutes, canaryEveryMinutes) => {
      const config = { reconcileEveryMinutes, canaryEveryMinutes };
      for (const alarm of alarmsOf(await synthesizedTemplate(config))) {
        const [inner] = alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Period ?? []) ?? [];
        const period = alarm.Period ?? (inner as number);
        expect(period % 60).toBe(0);
        // PutMetricAlarm: a day, or a week with periods of an hour and more.
        const most = period >= 3600 ? 7 * 86_400 : 86_400;
        expect(period * alarm.EvaluationPeriods).toBeLessThanOrEqual(most);
      }
    },
  );
});

test("many deletions are five in an hour, the product's own and others' together", () => {
  const [alarm] = alarms.filter((one) => nameOf(one) === 'many-key-deletions');
  expect(alarm).toMatchObject({ Threshold: 5, Period: 3600, EvaluationPeriods: 1 });
  expect(counted.filter((name) => name === alarm?.MetricName)).toHaveLength(2);
});

describe('each metric filter', () => {
  test('counts for an alarm', () => {
    const watched = alarms.flatMap(metricsOf).map(({ MetricName }) => MetricName);
    expect(counted.filter((name) => !watched.includes(name))).toEqual([]);
  });

  test('fits into the 1,024 characters of a pattern with the longest names that roles can have', () => {
    const role = 'r'.repeat(64);
    const longest = (token: object): string => {
      const text = JSON.stringify(token);
      if (/Fn::Select/.test(text)) return text.includes('Trail') ? 'TenantKeys-trail' : role;
      if (/Role.*"Arn"/.test(text)) {
        return `arn:aws-us-gov:iam::${localAccount.accountId}:role/${role}`;
      }
      if (/Role/.test(text)) return role;
      if (/Topic/.test(text)) return 'n'.repeat(130);
      if (/Key.*"Arn"/.test(text)) {
        return `arn:aws-us-gov:kms:us-gov-west-1:${localAccount.accountId}:key/${'k'.repeat(36)}`;
      }
      // A bucket's name has 63 characters at most; a log group's is made of its id here.
      return 'n'.repeat(80);
    };
    const lengths = filters.map(({ FilterPattern: pattern }) =>
      typeof pattern === 'string'
        ? pattern.length
        : pattern['Fn::Join'][1]
            .map((part: string | object) => (typeof part === 'string' ? part : longest(part)))
            .join('').length,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1024);
  });
});

test("the authorizer's errors are no alarm: it says 401 by throwing", () => {
  const errors = alarms.flatMap(metricsOf).filter(({ MetricName }) => MetricName === 'Errors');
  expect(errors).not.toHaveLength(0);
  expect(JSON.stringify(errors)).not.toMatch(/Authorizer/);
});

describe('the topic', () => {
  const [topicId, topic] = resource(template, 'AWS::SNS::Topic');
  const [, { Properties: policy }] = resource(template, 'AWS::SNS::TopicPolicy');
  const productKey = resource(template, 'AWS::KMS::Key', 'ProductKey')[1].Properties;
  const alarmsOfStack = {
    ArnLike: { 'aws:SourceArn': expect.anything() },
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  };

  test('is encrypted by the key of the product', () => {
    expect(topic.Properties.KmsMasterKeyId).toEqual(arnOf(template, 'AWS::KMS::Key', 'ProductKey'));
  });

  test("takes messages from CloudWatch, for this stack's alarms, and over TLS", () => {
    expect(policy.Topics).toEqual([{ Ref: topicId }]);
    const { Statement } = policy.PolicyDocument;
    expect(Statement).toHaveLength(2);
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    const publish = named(Statement, 'AlarmsPublish');
    expect(publish.Principal).toEqual({ Service: 'cloudwatch.amazonaws.com' });
    expect(publish.Condition).toEqual(alarmsOfStack);
    expect(JSON.stringify(publish.Condition)).toContain(':alarm:TenantKeys-*');
  });

  test("can be written to by CloudWatch, which may use the key for this stack's alarms only", () => {
    const publish = named(productKey.KeyPolicy.Statement, 'AlarmsPublishEncrypted');
    expect(publish).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Condition: alarmsOfStack,
    });
    expect(JSON.stringify(publish.Condition)).toContain(':alarm:TenantKeys-*');
  });

  test('has a subscription only with a mail address', async () => {
    expect(resourcesOf(template, 'AWS::SNS::Subscription')).toEqual([]);
    const mailed = await synthesizedTemplate({ alarmEmail: 'security@example.com' });
    expect(resource(mailed, 'AWS::SNS::Subscription')[1].Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'security@example.com',
    });
  });
});

describe('what the canary found in one run', () => {
  const ofCanary = async (name: string, config = {}) =>
    alarmsOf(await synthesizedTemplate(config)).find((alarm) => nameOf(alarm) === name) as Alarm;

  test.each([
    ['canary-opened', 1],
    ['canary-broken', 1],
    // In one run it may be a throttled call.
    ['canary-unknown', 2],
  ])('keeps %s until all paths have been tried again', async (name, datapoints) => {
    for (const canaryEveryMinutes of [1, 15, 50, 720]) {
      const alarm = await ofCanary(name, { canaryEveryMinutes });
      expect(alarm).toMatchObject({ DatapointsToAlarm: datapoints, Threshold: 1 });
      const round = Array.from({ length: alarm.EvaluationPeriods - 1 }, (_, run) =>
        probesAt((run + 0.5) * canaryEveryMinutes * 60_000, canaryEveryMinutes, probes),
      );
      expect(alarm.Period).toBe(canaryEveryMinutes * 60);
      expect(new Set(round.flat()).size).toBe(probes.length);
    }
  });
});

describe('alarms that could never go off are left out', () => {
  const namesWith = async (config: Readonly<Record<string, unknown>>) =>
    alarmsOf(await synthesizedTemplate({ keyStores, ...config })).map(nameOf);
  const aboutCalls = [
    'alarm-changed',
    'api-changed',
    'foreign-key-use',
    'function-changed',
    'function-invoked',
    'key-change',
    'key-owner-disputed',
    'many-key-deletions',
    'product-key-change',
    'refused-key-call',
    'refused-own-key-calls',
    'role-changed',
    'schedule-changed',
    'trail-changed',
    'trail-silent',
  ];
  const missing = (names: readonly string[]) =>
    alarms.map(nameOf).filter((name) => !names.includes(name));

  test('without a trail: those about recorded calls', async () => {
    expect(missing(await namesWith({ trail: false })).sort()).toEqual(aboutCalls);
  });

  test("with an organization's trail all are, but none is about its trail and its bucket", async () => {
    const config = { keyStores, trail: false, trailLogGroup: 'organization/trail' };
    const foreign = await synthesizedTemplate(config);
    expect(missing(alarmsOf(foreign).map(nameOf))).toEqual([]);
    const patterns = JSON.stringify(resourcesOf(foreign, 'AWS::Logs::MetricFilter'));
    expect(patterns).not.toMatch(/cloudtrail\.amazonaws|s3\.amazonaws/);
    expect(patterns).toContain('"LogGroupName":"organization/trail"');
  });

  test('without data events: the one about invocations', async () => {
    expect(missing(await namesWith({ functionEvents: false }))).toEqual(['function-invoked']);
  });

  test('without other key stores: the one about keys that tenants have revoked', async () => {
    expect(missing(await namesWith({ keyStores: undefined }))).toEqual(['key-revoked']);
  });

  test('without the canary: its own', async () => {
    expect(missing(await namesWith({ canary: false }))).toEqual([
      'canary-opened',
      'canary-broken',
      'canary-unknown',
      'canary-silent',
    ]);
  });
});

describe('the dashboard', () => {
  const [dashboard] = readTemplate({ ...template }, localAccount).ofType(
    'AWS::CloudWatch::Dashboard',
  );
  const { widgets } = JSON.parse(String(dashboard?.properties.DashboardBody));
  const titled = (title: string) =>
    widgets.find((widget: { properties: { title?: string } }) => widget.properties.title === title)
      ?.properties;
  const metrics = (title: string): string => JSON.stringify(titled(title).metrics);

  test('shows the state of every alarm', () => {
    const arns = alarms.map(
      ({ AlarmName }) =>
        `arn:aws:cloudwatch:${localAccount.region}:${localAccount.accountId}:alarm:${AlarmName}`,
    );
    expect(titled('Alarms').alarms.toSorted()).toEqual(arns.sort());
  });

  test.each([
    ['Data plane, by operation', ['decryptBatch', 'generateDataKey']],
    ['Control plane, certificates and audit, by operation', ['onboard', 'listEvents']],
    ['Refused', ['UnauthorizedRequests', 'ForbiddenRequests', 'ThrottledRequests', 'Refused']],
    ['Latency', ['p50', 'p99']],
    ['Cache hits', ['DataKeyCacheHits', 'DataKeyCacheMisses', 'RegistryCacheHits']],
    ['Calls', ['KmsCalls', 'BrokerCalls', 'StsCalls', 'TableCalls', 'Throttles']],
    ["KMS's quota, used", ['SERVICE_QUOTA(calls)', 'CryptographicOperationsSymmetric']],
    ['Keys by state', ['Enabled', 'Disabled', 'PendingDeletion', 'missing']],
  ])('shows %s', (title, expected) => {
    for (const one of expected) expect(metrics(title)).toContain(one);
  });

  test("asks the data plane's log whose keys are revoked, where tenants may have keys elsewhere", async () => {
    const title = 'Keys that tenants have revoked';
    const logs = resource(template, 'AWS::Logs::LogGroup', 'FunctionsCryptoLogs')[0];
    expect(titled(title).query).toContain(`SOURCE '${localAccount.stackName}-${logs}' | filter`);
    const plain = await synthesizedTemplate();
    expect(JSON.stringify(resource(plain, 'AWS::CloudWatch::Dashboard'))).not.toContain(title);
  });

  test("asks the reconciler's log for the next rotations", () => {
    const logs = resource(template, 'AWS::Logs::LogGroup', 'FunctionsReconcilerLogs')[0];
    expect(titled('Next rotations').query).toContain(
      `SOURCE '${localAccount.stackName}-${logs}' | filter message = "next rotations"`,
    );
  });

  test('shows metrics that something emits', () => {
    const shown = widgets.flatMap(
      ({ properties }: { properties: { metrics?: readonly unknown[][] } }) =>
        (properties.metrics ?? []).filter(([first]) => typeof first === 'string'),
    );
    expect(shown).not.toHaveLength(0);
    const missing = shown.filter(
      ([Namespace, MetricName]: string[]) =>
        !isEmitted({ Namespace: String(Namespace), MetricName: String(MetricName) }),
    );
    expect(missing).toEqual([]);
  });
});
