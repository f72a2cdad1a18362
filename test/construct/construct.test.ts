/** The construct of the package in an app of somebody else's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ConfigError, TenantKeys, type TenantKeysProps } from '../../construct/construct.ts';
import { resourcesOf, type Template, textOf } from '../harness/synthesized.ts';

const outdir = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
afterAll(() => rmSync(outdir, { recursive: true }));

const props: TenantKeysProps = { issuer: 'https://id.example.com', audience: 'tenant-keys' };

const newStack = (context: Readonly<Record<string, unknown>> = {}) =>
  new Stack(
    new App({
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      outdir,
      context: { 'aws:cdk:bundling-stacks': [], ...context },
    }),
    'Host',
  );

const templateOf = (stack: Stack): Template =>
  (stack.node.root as App).synth().getStackByName('Host').template;

function problemsOf(given: object): readonly string[] {
  try {
    new TenantKeys(newStack(), 'Keys', given as TenantKeysProps);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const alone = newStack();
new TenantKeys(alone, 'Keys', props);
const own = templateOf(alone).Resources;

describe('what the construct is given', () => {
  test('are its props alone: the context of the app is left alone', () => {
    const stack = newStack({ issuer: 'not a URL', stage: 'prod', name: 'x', team: 'billing' });
    new TenantKeys(stack, 'Keys', props);
    expect(templateOf(stack).Resources).toEqual(own);
  });

  test('is refused in sentences, one a value', () => {
    expect(problemsOf({ issuer: 'x', audience: 'tenant-keys', stage: '' })).toEqual([
      expect.stringMatching(/^issuer must be .*; it is "x"$/),
      expect.stringMatching(/^stage must be .*; it is ""$/),
    ]);
  });

  test.each(['typo', '@aws-cdk/core:typo', '__proto__x'])('%s is no key', (key) => {
    expect(problemsOf({ ...props, [key]: 1 })).toEqual([
      expect.stringMatching(new RegExp(`^${key} is not a `)),
    ]);
  });

  test('must be known at synthesis, at any depth', () => {
    const stack = newStack();
    const issuer = `https://${new CfnParameter(stack, 'Issuer').valueAsString}`;
    const sentence = (key: string) => [
      expect.stringMatching(new RegExp(`^${key} must be known at synthesis: .*no token`)),
    ];
    expect(problemsOf({ ...props, issuer })).toEqual(sentence('issuer'));
    const issuers = [{ issuer, audiences: ['tenant-keys'] }];
    expect(problemsOf({ issuers })).toEqual(sentence('issuers'));
  });

  test('is no construct, and nothing that refers to itself', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const stage of [newStack(), circle]) {
      expect(problemsOf({ ...props, stage })).toEqual([
        expect.stringMatching(/^stage must be known at synthesis/),
      ]);
    }
  });
});

describe('what the construct gives', () => {
  test('changes nothing of its own, whatever is granted on it', () => {
    const stack = newStack();
    const keys = new TenantKeys(stack, 'Keys', props);
    const role = new Role(stack, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    for (const grantee of [role, new ArnPrincipal('arn:aws:iam::111122223333:role/other')]) {
      for (const table of Object.values(keys.tables)) table.grantFullAccess(grantee);
      keys.productKey.grantEncryptDecrypt(grantee);
      keys.productKey.grant(grantee, 'kms:PutKeyPolicy');
      keys.alarmTopic.grantPublish(grantee);
    }
    expect(templateOf(stack).Resources).toEqual(expect.objectContaining(own));
  });

  test('is no way to add a method to the API', () => {
    const { api } = new TenantKeys(newStack(), 'Keys', props);
    expect(() => api.root.addMethod('GET')).toThrow();
  });

  test('is no tenant key, and roles are ARNs, to which nothing can be granted', () => {
    const keys = new TenantKeys(newStack(), 'Keys', props);
    for (const arn of Object.values(keys.roleArns)) expect(typeof arn).toBe('string');
    expect(Object.keys(keys).filter((name) => /grant|tenantKey/i.test(name))).toEqual([]);
  });
});

/** Names that an account knows: those given to resources, as texts. */
const namesIn = (template: Pick<Template, 'Resources'>): string[] =>
  Object.values(template.Resources).flatMap(({ Properties: given = {} }) =>
    [
      'AliasName',
      'AlarmName',
      'TrailName',
      'DashboardName',
      'TableName',
      'RoleName',
      'FunctionName',
    ]
      .map((key) => given[key])
      .filter((one) => typeof one === 'string'),
  );

test('two of them in one app, each in a stack, share no name and no resource', () => {
  const first = newStack();
  const second = new Stack(first.node.root, 'Second');
  new TenantKeys(first, 'Keys', props);
  new TenantKeys(second, 'Keys', { ...props, name: 'Second' });
  const assembly = (first.node.root as App).synth();
  expect(assembly.getStackByName('Host').template.Resources).toEqual(own);
  const other = assembly.getStackByName('Second');
  expect(other.dependencies.filter((one) => one.id !== 'Second.assets')).toEqual([]);
  expect(JSON.stringify(other.template)).not.toMatch(/ImportValue|"Host/);
  const shared = namesIn(other.template).filter((one) => namesIn({ Resources: own }).includes(one));
  expect(shared).toEqual([]);
});

test("its alarms are about its own roles and log groups, not the app's", () => {
  const stack = newStack();
  new Role(stack, 'BillingRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  new LogGroup(stack, 'BillingLogs');
  new TenantKeys(stack, 'Keys', props);
  const template = templateOf(stack);
  const filters = resourcesOf(template, 'AWS::Logs::MetricFilter');
  expect(filters.length).toBeGreaterThan(10);
  expect(JSON.stringify(filters)).not.toContain('Billing');
  expect(textOf(template)).toContain('BillingRole');
});
