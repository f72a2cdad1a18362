/** Tenants that the configuration declares: what CloudFormation makes for them, and what it leaves alone. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { keyPolicy } from '../../../contract/key-policy.ts';
import { defaultName as stackName } from '../../../contract/stack-names.ts';
import { mostTenants } from '../../../lib/config/tenants.ts';
import { readCustomResources } from '../../../local/cloudformation/custom-resources.ts';
import { readKeys } from '../../../local/kms/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { everySetting } from '../../harness/operators-settings.ts';
import {
  context,
  named,
  permissionsOf,
  type Resource,
  resource,
  resourcesOf,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';
import { requestAssembly } from '../../synthesizer/client.ts';

const tenants = [
  { tenantId: 'acme', displayName: 'Acme Corp' },
  { tenantId: 'globex', rotationPeriodInDays: 365 },
];
const template = await synthesizedTemplate({ tenants });
const without = await synthesizedTemplate();
const deployed = readTemplate({ ...template }, localAccount);

const assetKey = /^[0-9a-f]{64}\.zip$/;
expect.addSnapshotSerializer({
  test: (value: unknown) => typeof value === 'string' && assetKey.test(value),
  serialize: () => '"<asset>.zip"',
});

/** @returns what differs between two templates: resources that only the first has */
const added = (one: typeof template, other: typeof template) =>
  Object.fromEntries(Object.entries(one.Resources).filter(([id]) => !(id in other.Resources)));

describe('two declared tenants', () => {
  test('are these resources', () => {
    expect(added(template, without)).toMatchSnapshot();
  });

  test('change nothing else of the stack, but that alarms watch their function', () => {
    const others = Object.entries(without.Resources).filter(
      ([, { Type }]) => Type !== 'AWS::Logs::MetricFilter',
    );
    expect(template.Resources).toMatchObject(Object.fromEntries(others));
    const outputs = Object.entries(template.Outputs).filter(
      ([name]) => !name.startsWith('DeclaredTenants'),
    );
    expect(Object.fromEntries(outputs)).toEqual(without.Outputs);
  });

  test('are the same resources as JSON text', async () => {
    expect(await synthesizedTemplate({ tenants: JSON.stringify(tenants) })).toEqual(template);
  });

  test('do not touch each other: one taken out leaves the resources of the other as they were', async () => {
    const fewer = await synthesizedTemplate({ tenants: tenants.slice(1) });
    const gone = Object.keys(added(template, fewer));
    expect(gone.map((id) => id.slice(0, 'DeclaredTenantsacme'.length))).toEqual(
      Array(3).fill('DeclaredTenantsacme'),
    );
    expect(Object.keys(added(fewer, template))).toEqual([]);
  });
});

/** CloudFormation, quotas: 500 resources, and 1 MB, which CDK reads as the smaller of its two meanings. */
const mostResources = 500 - 20;
const mostBytes = 1_000_000 - 50_000;

describe.each([
  ['by itself', { alarmEmail: 'alarms@example.com' }],
  ...Object.entries(everySetting),
])(
  'as many declared tenants as the configuration takes fit into one template, with some room for what comes: %s',
  (_, settings) => {
    const many = Array.from({ length: mostTenants }, (_, at) => ({
      tenantId: `t-${at}`.padEnd(63, 'x'),
      displayName: 'd'.repeat(256),
      legalName: 'l'.repeat(256),
    }));
    const corsOrigins = Array.from({ length: 20 }, (_, at) => `https://app-${at}.eu.example.com`);
    const whole = { ...settings, tenants: many, corsOrigins };

    test('by their number, with all else that a configuration adds', async () => {
      const full = await synthesizedTemplate(whole);
      expect(Object.keys(full.Resources).length).toBeLessThanOrEqual(mostResources);
    });

    test('and by the size of the file that is deployed, with the longest names and origins besides', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-size-'));
      try {
        await requestAssembly({ ...context, ...whole }, folder);
        const { size } = statSync(join(folder, `${stackName}.template.json`));
        expect(size).toBeLessThan(mostBytes);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);

describe('the key of a declared tenant', () => {
  const keys = resourcesOf(template, 'AWS::KMS::Key').filter(([id]) => id.startsWith('Declared'));
  const aliases = resourcesOf(template, 'AWS::KMS::Alias').filter(([id]) =>
    id.startsWith('Declared'),
  );

  test('rotates by its own period, or by the configured one', () => {
    const periods = keys.map(([, { Properties }]) => [
      Properties.EnableKeyRotation,
      Properties.RotationPeriodInDays,
    ]);
    expect(periods).toEqual([
      [true, 90],
      [true, 365],
    ]);
  });

  test.each([0, 1])("has its tenant's tags and alias: %i", (index) => {
    const { tenantId } = tenants[index] as (typeof tenants)[number];
    const [keyId, key] = keys[index] as [string, Resource];
    expect(key.Properties.Tags).toEqual([
      { Key: 'ManagedBy', Value: 'tenant-keys' },
      { Key: 'TenantId', Value: tenantId },
    ]);
    expect(aliases[index]?.[1].Properties).toEqual({
      AliasName: `alias/tenant-keys/${tenantId}`,
      TargetKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    });
  });

  test('has the policy that the control plane gives to the key of a tenant, word for word', () => {
    const arnOf = (prefix: string) =>
      deployed.identity(resource(template, 'AWS::IAM::Role', prefix)[0]).attributes.Arn as string;
    const { partition, accountId } = localAccount;
    const declared = readKeys(deployed).filter(({ Tags }) =>
      Tags.some(({ Value }) => Value === 'tenant-keys'),
    );
    expect(declared.map((key) => key.KeyPolicy)).toEqual(
      tenants.map(({ tenantId }) =>
        keyPolicy({
          tenantId,
          partition,
          accountId,
          tenantRoleArn: arnOf('TenantRole'),
          controlPlaneRoleArn: arnOf('ControlPlaneRole'),
          deletionWindowInDays: 30,
        }),
      ),
    );
  });
});

describe('the row of a declared tenant', () => {
  test('is declared with what CloudFormation knows of it, as text', () => {
    const [acme, globex] = readCustomResources(deployed);
    expect(acme?.properties).toEqual({
      ServiceToken: acme?.functionArn,
      ServiceTimeout: '120',
      TenantId: 'acme',
      DisplayName: 'Acme Corp',
      RotationPeriodInDays: '90',
      KeyArn: expect.stringMatching(/^arn:aws:kms:.+:key\/[0-9a-f-]{36}$/),
    });
    expect(globex?.properties).not.toHaveProperty('DisplayName');
    expect(globex?.properties.KeyArn).not.toBe(acme?.properties.KeyArn);
  });

  test('comes after the alias, which a tenant that was onboarded at run time would have', () => {
    for (const [, row] of resourcesOf(template, 'Custom::DeclaredTenant')) {
      const [alias] = row.DependsOn ?? [];
      expect(template.Resources[alias ?? '']?.Properties.AliasName).toBe(
        `alias/tenant-keys/${row.Properties.TenantId}`,
      );
    }
  });

  test('is written by a function that reaches rows, deletes none, and reaches no key', () => {
    const permissions = permissionsOf(template, 'DeclaredTenantsRole');
    expect(permissions.map(({ Sid }) => Sid)).toEqual(['KeepDeclaredRows', 'WriteOwnLogs']);
    expect(named(permissions, 'KeepDeclaredRows')).toEqual({
      Sid: 'KeepDeclaredRows',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: {
        'Fn::GetAtt': [resource(template, 'AWS::DynamoDB::Table', 'TenantTable')[0], 'Arn'],
      },
    });
  });
});
