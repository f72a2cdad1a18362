/** Subscription filters of a template, and the log groups that trail and functions write to. */

import { describe, expect, test } from '@jest/globals';
import { readFunctions } from '../../../local/lambda/template.ts';
import {
  logGroupOfFunctions,
  readSubscriptions,
  trailLogGroupOf,
} from '../../../local/logs/template.ts';
import { readTemplate, type Template } from '../../../local/template/template.ts';
import { account, lambdaFunction } from '../small-template.ts';

const functionArn = { 'Fn::GetAtt': ['Function', 'Arn'] };
const groupArn = { 'Fn::GetAtt': ['Group', 'Arn'] };
const resources = {
  Group: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  Function: lambdaFunction,
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'logs.amazonaws.com',
      SourceArn: groupArn,
    },
  },
  Filter: {
    Type: 'AWS::Logs::SubscriptionFilter',
    Properties: {
      LogGroupName: { Ref: 'Group' },
      FilterPattern: '{ $.message = "request audit" }',
      DestinationArn: functionArn,
    },
  },
};
type LogicalId = keyof typeof resources;

/** The template with some properties changed; `undefined` takes one away. */
function changed(change: Partial<Record<LogicalId, object>> = {}, more: object = {}): Template {
  const entries = Object.entries(resources).map(([logicalId, { Type, Properties }]) => [
    logicalId,
    { Type, Properties: { ...Properties, ...change[logicalId as LogicalId] } },
  ]);
  const Resources = JSON.parse(JSON.stringify({ ...Object.fromEntries(entries), ...more }));
  return readTemplate({ Resources }, account);
}

function subscriptionsOf(...changes: Parameters<typeof changed>) {
  const template = changed(...changes);
  return readSubscriptions(
    template,
    readFunctions(template, (key) => key),
  );
}

const subscription = {
  name: 'TenantKeys-Filter',
  logGroup: 'TenantKeys-Group',
  pattern: '{ $.message = "request audit" }',
  functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:TenantKeys-Function',
};

describe('a subscription filter', () => {
  test('hands a log group to a function', () => {
    expect(subscriptionsOf()).toEqual([subscription]);
    const named = { FilterName: 'mine', Distribution: 'Random', FilterPattern: '' };
    expect(subscriptionsOf({ Filter: named })).toEqual([
      { ...subscription, name: 'mine', pattern: '' },
    ]);
  });

  test("is let in by the log group's ARN, with or without its last part", () => {
    const arn = 'arn:aws:logs:us-east-1:111122223333:log-group:TenantKeys-Group';
    for (const SourceArn of [arn, `${arn}:*`]) {
      expect(subscriptionsOf({ Permission: { SourceArn } })).toEqual([subscription]);
    }
  });

  test("may be of a log group outside the template, an organization's trail's", () => {
    const SourceArn = 'arn:aws:logs:us-east-1:111122223333:log-group:/organization/trail:*';
    const LogGroupName = '/organization/trail';
    expect(subscriptionsOf({ Permission: { SourceArn }, Filter: { LogGroupName } })).toEqual([
      { ...subscription, logGroup: LogGroupName },
    ]);
  });

  test.each([
    ['of another service', { Principal: 'events.amazonaws.com' }],
    ["of the service's old, regional name", { Principal: 'logs.us-east-1.amazonaws.com' }],
    ...[
      'log-group:other:*',
      'log-group:TenantKeys-Group2:*',
      'log-group:TenantKeys-Grou:*',
      'log-group:*',
      'log-group:TenantKeys-Group:*:*',
    ].map((group): [string, object] => [
      `of ${group}`,
      { SourceArn: `arn:aws:logs:us-east-1:111122223333:${group}` },
    ]),
    ["by which another account's logs may", { SourceAccount: '444455556666' }],
    [
      'of another account',
      { SourceArn: 'arn:aws:logs:us-east-1:444455556666:log-group:TenantKeys-Group:*' },
    ],
    ['for another function', { FunctionName: 'other' }],
  ])('stops the start where its function has only a permission %s', (_, Permission) => {
    expect(() => subscriptionsOf({ Permission })).toThrow(
      `Filter: ${subscription.functionArn} does not let it invoke it`,
    );
  });

  test.each([
    ['a pattern that the stack cannot read', { FilterPattern: '{ $.a = %x% }' }, /^Filter: .*%x%/],
    ['a pattern of terms', { FilterPattern: 'ERROR' }, /^Filter: .*"ERROR"/],
    ['a log group that may not invoke', { LogGroupName: 'other' }, /^Filter: .* does not let it/],
    [
      'a stream as its destination',
      { DestinationArn: 'arn:aws:kinesis:x' },
      /^Filter: arn:aws:kin/,
    ],
    ['a role', { RoleArn: 'arn:aws:iam::111122223333:role/x' }, /^Filter \(AWS::Logs::Sub/],
    ['system fields', { EmitSystemFields: ['@aws.account'] }, /^Filter \(AWS::Logs::Sub/],
    ['a selection by field', { FieldSelectionCriteria: 'x' }, /^Filter \(AWS::Logs::Sub/],
    ['no pattern', { FilterPattern: undefined }, /^Filter \(AWS::Logs::Sub/],
  ])('with %s stops the start', (_, Filter, message) => {
    expect(() => subscriptionsOf({ Filter })).toThrow(message);
  });

  test('of a function in tenant isolation mode stops the start', () => {
    const TenancyConfig = { TenantIsolationMode: 'PER_TENANT' };
    expect(() => subscriptionsOf({ Function: { TenancyConfig } })).toThrow(/tenant isolation mode/);
  });

  test('that is the third of its log group stops the start', () => {
    expect(subscriptionsOf({}, { Second: resources.Filter })).toHaveLength(2);
    expect(() =>
      subscriptionsOf({}, { Second: resources.Filter, Third: resources.Filter }),
    ).toThrow('TenantKeys-Group has more than 2 subscription filters');
  });
});

describe('the log group of the trail', () => {
  const trail = (change: object = {}) => ({
    Type: 'AWS::CloudTrail::Trail',
    Properties: {
      IsLogging: true,
      S3BucketName: 'bucket',
      CloudWatchLogsLogGroupArn: groupArn,
      ...change,
    },
  });

  test('is the one that the trail names', () => {
    expect(trailLogGroupOf(changed({}, { Trail: trail() }))).toBe('TenantKeys-Group');
    expect(
      trailLogGroupOf(changed({ Group: { LogGroupName: '/a/b.c' } }, { Trail: trail() })),
    ).toBe('/a/b.c');
  });

  test('is none without a trail that writes to one', () => {
    expect(trailLogGroupOf(changed())).toBeUndefined();
    for (const change of [{ CloudWatchLogsLogGroupArn: undefined }, { IsLogging: false }]) {
      expect(trailLogGroupOf(changed({}, { Trail: trail(change) }))).toBeUndefined();
    }
  });

  test.each([['TenantKeys-Group'], ['arn:aws:logs:us-east-1:111122223333:log-group:g']])(
    'is not %s: that stops the start',
    (CloudWatchLogsLogGroupArn) => {
      const template = changed({}, { Trail: trail({ CloudWatchLogsLogGroupArn }) });
      expect(() => trailLogGroupOf(template)).toThrow(/^Trail: no log group is/);
    },
  );

  test('cannot be determined where there are two trails', () => {
    const template = changed({}, { Trail: trail(), Other: trail() });
    expect(() => trailLogGroupOf(template)).toThrow(/^Other: the local stack knows one trail/);
  });
});

test("a function's log group is the one that it names, else Lambda's own for it", () => {
  const LoggingConfig = { LogFormat: 'JSON', LogGroup: { Ref: 'Group' } };
  expect([...logGroupOfFunctions(changed({ Function: { LoggingConfig } }))]).toEqual([
    [subscription.functionArn, 'TenantKeys-Group'],
  ]);
  expect([...logGroupOfFunctions(changed())]).toEqual([
    [subscription.functionArn, '/aws/lambda/TenantKeys-Function'],
  ]);
});
