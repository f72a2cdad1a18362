/** The rules of a template. */

import { describe, expect, test } from '@jest/globals';
import { readRules } from '../../../local/events/template.ts';
import { readFunctions } from '../../../local/lambda/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account, lambdaFunction } from '../small-template.ts';

const functionArn = { 'Fn::GetAtt': ['Function', 'Arn'] };
const resources = {
  Function: lambdaFunction,
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [{ Id: 'One', Arn: functionArn }],
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
    },
  },
};

function rulesOf(rule: object = {}, permission: object = {}) {
  const { Rule, Permission } = resources;
  const changed = {
    ...resources,
    Rule: { ...Rule, Properties: { ...Rule.Properties, ...rule } },
    Permission: { ...Permission, Properties: { ...Permission.Properties, ...permission } },
  };
  const template = readTemplate({ Resources: changed }, account);
  return readRules(
    template,
    readFunctions(template, (key) => key),
  );
}

describe('a rule', () => {
  test('invokes its function every so many minutes', () => {
    expect(rulesOf()).toEqual([
      {
        name: 'TenantKeys-Rule',
        arn: 'arn:aws:events:us-east-1:111122223333:rule/TenantKeys-Rule',
        everyMinutes: 15,
        functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:TenantKeys-Function',
      },
    ]);
    expect(rulesOf({ ScheduleExpression: 'rate(1 minute)' })[0]?.everyMinutes).toBe(1);
  });

  test.each([
    ['rate(1 hour)'],
    ['cron(0 12 * * ? *)'],
    ['rate(0 minutes)'],
    ['rate(1 minutes)'],
    ['rate(15 minutes) '],
  ])('with the schedule %s stops the start', (ScheduleExpression) => {
    expect(() => rulesOf({ ScheduleExpression })).toThrow(/Rule: the local stack does not know/);
  });

  test.each([
    ['an event pattern', { EventPattern: { source: ['aws.kms'] } }],
    ['two targets', { Targets: [1, 2].map((Id) => ({ Id: `${Id}`, Arn: functionArn })) }],
    ['an input of its own', { Targets: [{ Id: 'One', Arn: functionArn, Input: '{}' }] }],
    ['switched off', { State: 'DISABLED' }],
  ])('with %s stops the start', (_, change) => {
    expect(() => rulesOf(change)).toThrow(/^Rule \(AWS::Events::Rule\)/);
  });

  test.each([
    ['of another rule', { SourceArn: 'arn:aws:events:us-east-1:111122223333:rule/other' }],
    ['of another service', { Principal: 'apigateway.amazonaws.com' }],
  ])('stops the start where its function has only a permission %s', (_, change) => {
    expect(() => rulesOf({}, change)).toThrow(/does not let it invoke it/);
  });
});
