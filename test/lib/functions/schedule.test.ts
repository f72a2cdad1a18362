/** Which functions run by schedule, and when; nobody else may run them so. */
import { expect, test } from '@jest/globals';
import { resource, resourcesOf, synthesizedTemplate } from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();

test.each([
  ['Reconciler', 'FunctionsReconciler', 'rate(15 minutes)'],
  ['Volumes', 'Volumes', 'rate(60 minutes)'],
  ['Canary', 'CanaryRun', 'rate(15 minutes)'],
])('%s runs by a rule, which alone may invoke it', (name, prefix, expression) => {
  const [functionId] = resource(template, 'AWS::Lambda::Function', prefix);
  const functionArn = { 'Fn::GetAtt': [functionId, 'Arn'] };
  const [ruleId, rule] = resource(template, 'AWS::Events::Rule', name);
  expect(rule.Properties).toMatchObject({
    ScheduleExpression: expression,
    State: 'ENABLED',
    Targets: [{ Id: name, Arn: functionArn }],
  });
  const permissions = resourcesOf(template, 'AWS::Lambda::Permission')
    .map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => JSON.stringify(FunctionName) === JSON.stringify(functionArn));
  expect(permissions).toEqual([
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
    },
  ]);
});

test.each([
  [1, 'rate(1 minute)'],
  [60, 'rate(60 minutes)'],
])(
  'the reconciler runs every %i minutes, where that is configured',
  async (minutes, expression) => {
    const other = await synthesizedTemplate({ reconcileEveryMinutes: minutes });
    const [, rule] = resource(other, 'AWS::Events::Rule', 'Reconciler');
    expect(rule.Properties.ScheduleExpression).toBe(expression);
  },
);
