/** What is in the way of a deployment, and what to do. */
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../operate/step.ts';
import type { Handlers } from '../harness/fake-aws.ts';
import { deploy, deployed, failed, missing, ready, schemas } from './deploy-harness.ts';

describe('something is in the way: nothing is deployed, and a line says what, and what to do', () => {
  const withLimit = (limit: number, free = limit) => ({
    'lambda.GET /2016-08-19/account-settings': () => ({
      AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: free },
    }),
  });
  const cases: [string, string, Handlers, string, string][] = [
    [
      'no credentials that count',
      'credentials',
      { 'sts.GetCallerIdentity': missing('ExpiredToken', 'expired') },
      'ExpiredToken',
      'aws sso login',
    ],
    [
      'no bootstrap',
      'bootstrap',
      { 'ssm.GetParameter': missing('ParameterNotFound') },
      'aws://111122223333/eu-central-1 is not bootstrapped',
      'npx cdk bootstrap aws://111122223333/eu-central-1',
    ],
    [
      'an old bootstrap',
      'bootstrap',
      { 'ssm.GetParameter': () => ({ Parameter: { Value: '5' } }) },
      'version 5 is there, 6 is needed',
      'npx cdk bootstrap',
    ],
    [
      'a bootstrap without a number',
      'bootstrap',
      { 'ssm.GetParameter': () => ({ Parameter: { Value: 'x' } }) },
      'version x is there',
      'npx cdk bootstrap',
    ],
    [
      'a failed creation',
      'stack',
      deployed({ status: 'ROLLBACK_COMPLETE', isProtected: true }),
      'ROLLBACK_COMPLETE',
      'When a deployment fails',
    ],
    [
      'an update under way',
      'stack',
      deployed({ status: 'UPDATE_IN_PROGRESS' }),
      'it changes just now',
      'wait',
    ],
    [
      'a region without the runtime',
      'region',
      {
        'lambda.GET /2018-10-31/layers': missing(
          'ValidationException',
          "Value 'nodejs24.x' at 'compatibleRuntime' failed to satisfy constraint",
        ),
      },
      'Lambda does not know nodejs24.x',
      'another region',
    ],
    [
      'a region without isolation mode',
      'region',
      { 'cloudformation.DescribeType': () => ({ Schema: '{}' }) },
      'no tenant isolation mode in eu-central-1',
      'tenantIsolation=false',
    ],
    [
      'a region without ML-DSA',
      'region',
      {
        'cloudformation.DescribeType': ({ TypeName }) => ({
          Schema: TypeName === 'AWS::KMS::Key' ? '{}' : schemas['AWS::Lambda::Function'],
        }),
      },
      'no ML_DSA_65 keys',
      'postQuantumSignature=false',
    ],
    [
      'too few keys',
      'quotas',
      { 'servicequotas.GetServiceQuota': () => ({ Quota: { Value: 50 } }) },
      ' of 50',
      'Service Quotas',
    ],
    [
      'five trails',
      'quotas',
      { 'cloudtrail.DescribeTrails': () => ({ trailList: [{}, {}, {}, {}, {}] }) },
      'trails 5 + 1 of 5',
      'trail=false',
    ],
    [
      'too few roles',
      'quotas',
      {
        'iam.GetAccountSummary': () => ({
          SummaryMap: new Map([
            ['Roles', '990'],
            ['RolesQuota', '1000'],
          ]),
        }),
      },
      'roles 990 + ',
      'Service Quotas',
    ],
    [
      'an alias that somebody has',
      'names',
      {
        'kms.DescribeKey': ({ KeyId }) =>
          KeyId === 'alias/tenant-keys-product' ? {} : missing('NotFoundException')(),
      },
      'AWS::KMS::Alias alias/tenant-keys-product',
      'another stack has them',
    ],
    [
      'a trail of that name',
      'names',
      {
        'cloudtrail.DescribeTrails': () => ({
          trailList: [{ Name: 'TenantKeys-eu-central-1-trail' }],
        }),
      },
      'AWS::CloudTrail::Trail TenantKeys-eu-central-1-trail',
      'another stack',
    ],
    [
      'a dashboard of that name',
      'names',
      { 'monitoring.GetDashboard': () => ({ DashboardName: 'TenantKeys-eu-central-1' }) },
      'AWS::CloudWatch::Dashboard TenantKeys-eu-central-1',
      'another stack',
    ],
    [
      'an alarm of that name',
      'names',
      {
        'monitoring.DescribeAlarms': () => ({
          MetricAlarms: [{ AlarmName: 'TenantKeys-throttling' }],
        }),
      },
      'AWS::CloudWatch::Alarm TenantKeys-throttling',
      'another stack',
    ],
  ];
  test.each(cases)('%s', async (_, step, handlers, found, remedy) => {
    const ended = await deploy({ ...ready, ...handlers }, ['--yes']);
    expect(ended).toMatchObject({ code: 3, cdk: [], smoked: [] });
    expect(failed(ended)).toEqual([step]);
    const { found: seen, remedy: said } = ended.results.get(step) as StepResult;
    expect(seen).toContain(found);
    expect(said).toContain(remedy);
  });

  test('what may not be read is in the way too, and not taken for free', async () => {
    for (const name of [
      'kms.DescribeKey',
      'cloudtrail.DescribeTrails',
      'monitoring.GetDashboard',
      'ssm.GetParameter',
      'cloudformation.DescribeStacks',
      'lambda.GET /2018-10-31/layers',
    ]) {
      const ended = await deploy(
        { ...ready, [name]: missing('AccessDeniedException', 'not authorized') },
        ['--yes'],
      );
      expect([name, ended.code, ended.cdk]).toEqual([name, 3, []]);
    }
  });

  test.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])(
    'a creation that failed and is not protected is made again, as if nothing were there: %s',
    async (status) => {
      const ended = await deploy(deployed({ status }), ['--yes']);
      expect(ended.code).toBe(0);
      expect(ended.results.get('stack')).toMatchObject({
        outcome: 'caution',
        found: expect.stringContaining('deleted first'),
      });
      expect(ended.results.get('changes')?.found).toContain('resources are made');
    },
  );

  test('the other account, by --account', async () => {
    const ended = await deploy(ready, ['--yes', '--account', '444455556666']);
    expect(failed(ended)).toEqual(['credentials']);
    expect((await deploy(ready, ['--yes', '--account', '111122223333'])).code).toBe(0);
  });

  test('a folder that is no assembly', async () => {
    const ended = await deploy(ready, ['--yes', '--app', tmpdir()]);
    expect(ended).toMatchObject({ code: 3, cdk: [] });
    expect(failed(ended)).toEqual(['template']);
  });

  test('little concurrency is a caution, and so are more active tenants than it has environments for', async () => {
    const few = await deploy({ ...ready, ...withLimit(10) }, ['--yes', '--tenants', '5']);
    expect(few.results.get('quotas')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('the account may run 10 functions at once'),
    });
    const many = await deploy(ready, ['--yes', '--tenants', '2501']);
    expect(many.results.get('quotas')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('2501 environments, and 2500 can be'),
    });
    expect(
      (await deploy(ready, ['--yes', '--tenants', '2500'])).results.get('quotas')?.outcome,
    ).toBe('ok');
  });

  test("another API's role for logs that is taken over is a caution", async () => {
    const role = 'arn:aws:iam::111122223333:role/Others';
    const ended = await deploy(
      { ...ready, 'apigateway.GET /account': () => ({ cloudwatchRoleArn: role }) },
      ['--yes'],
    );
    expect(ended.results.get('names')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining(role),
    });
  });
});
