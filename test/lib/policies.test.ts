/** What no policy of the stack has, and what all of them together allow and refuse. */
import { describe, expect, test } from '@jest/globals';
import { cryptographicActions, keyPolicy } from '../../contract/key-policy.ts';
import { authorize } from '../../local/iam/authorize.ts';
import type { ConditionContext } from '../../local/iam/decision.ts';
import { type PolicyDocument, parsePolicy } from '../../local/iam/policy-document.ts';
import { readKeys } from '../../local/kms/template.ts';
import { localAccount } from '../../local/stack.ts';
import type { Role } from '../../local/sts/role.ts';
import { sessionOf } from '../../local/sts/session.ts';
import { readRoles } from '../../local/sts/template.ts';
import { readTemplate } from '../../local/template/template.ts';
import { documentsOf, list, resourcesOf, synthesizedTemplate } from '../harness/synthesized.ts';

const template = await synthesizedTemplate();

describe('across all policies', () => {
  const documents = documentsOf(template);
  const statements = documents.flatMap(([, document]) => document);

  test('there are policies to look at', () => {
    expect(documents.length).toBeGreaterThanOrEqual(15);
  });

  test('no Allow has a wildcard principal without a condition', () => {
    const open = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .filter(({ Principal }) => /"\*"/.test(JSON.stringify(Principal ?? '')));
    expect(open).not.toHaveLength(0);
    for (const statement of open) expect(statement.Condition).toBeDefined();
  });

  test('no Allow has a wildcard for a whole service', () => {
    const allowed = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => list(Action));
    for (const action of allowed) expect(action).not.toMatch(/^(\*|[a-z0-9-]+:\*)$/);
  });

  test('no Allow is by exclusion', () => {
    for (const statement of statements.filter(({ Effect }) => Effect === 'Allow')) {
      expect(Object.keys(statement)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^Not/)]),
      );
    }
  });

  test('no role has a managed policy', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role');
    for (const [, { Properties }] of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
    expect(resourcesOf(template, 'AWS::IAM::ManagedPolicy')).toEqual([]);
  });
});

const deployed = readTemplate({ ...template }, localAccount);
const roles = [...readRoles(deployed).values()];
const { accountId, partition, region, stackName } = localAccount;
/** AWS's default: the account's IAM policies decide alone. */
const openToAccount = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
};
const everything = parsePolicy(
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  'AdministratorAccess',
  'identity',
);
const keyArn = `arn:${partition}:kms:${region}:${accountId}:key/k`;

function roleOf(prefix: string): Role {
  const role = roles.find(({ name }) => name.startsWith(`${stackName}-${prefix}`));
  if (role === undefined) throw new Error(`no role ${prefix}`);
  return role;
}

function keyOf(description: string) {
  const keys = readKeys(deployed).filter((key) => key.Description?.includes(description));
  if (keys.length !== 1) throw new Error(`${keys.length} keys are for ${description}`);
  return keys[0];
}

interface Attempt {
  readonly tenantId?: string;
  readonly action: string;
  readonly context: ConditionContext;
  readonly policy: PolicyDocument;
}

function isAllowed(role: Role, { tenantId, action, context, policy }: Attempt): boolean {
  const caller = sessionOf(
    role,
    tenantId ?? 'session',
    tenantId === undefined ? {} : { TenantId: tenantId },
  );
  return authorize(caller, { action, resource: keyArn, context }, policy).allowed;
}

describe('no execution role can use a tenant key', () => {
  const ownKey = {
    'aws:ResourceTag/TenantId': 'acme',
    'aws:ResourceTag/ManagedBy': 'tenant-keys',
    'kms:EncryptionContext:TenantId': 'acme',
    'kms:EncryptionContextKeys': ['TenantId'],
  };
  const made = keyPolicy({
    tenantId: 'acme',
    partition,
    accountId,
    tenantRoleArn: roleOf('TenantRole').arn,
    controlPlaneRoleArn: roleOf('ControlPlaneRole').arn,
    deletionWindowInDays: 30,
  });
  const tries = Object.entries({
    'as it is made': made,
    'left open by mistake': openToAccount,
  }).flatMap(([title, document]) =>
    roles
      .filter((role) => role !== roleOf('TenantRole'))
      .map((role) => ({ title, role, policy: parsePolicy(document, 'key', 'resource') })),
  );

  test.each(tries)('key policy $title: $role.name', ({ role, policy }) => {
    for (const action of writtenOut(cryptographicActions)) {
      const allowed = isAllowed(role, { action, context: ownKey, policy });
      expect({ action, allowed }).toEqual({ action, allowed: false });
    }
  });

  test('while a session of the tenant role can, so the question is asked rightly', () => {
    const policy = parsePolicy(made, 'key', 'resource');
    const attempt = { tenantId: 'acme', action: 'kms:Decrypt', context: ownKey, policy };
    expect(isAllowed(roleOf('TenantRole'), attempt)).toBe(true);
  });
});

describe("the product's key", () => {
  const key = keyOf('table');
  const policy = parsePolicy(key?.KeyPolicy, 'product key', 'resource');
  const caller = { 'kms:CallerAccount': accountId };
  const throughDynamoDB = { ...caller, 'kms:ViaService': `dynamodb.${region}.amazonaws.com` };
  const throughS3 = { ...caller, 'kms:ViaService': `s3.${region}.amazonaws.com` };

  test.each([
    ['ControlPlaneRole', undefined],
    ['TenantRole', 'acme'],
  ])('opens the table to %s, through DynamoDB and not otherwise', (prefix, tenantId) => {
    const attempt = { action: 'kms:Decrypt', policy, ...(tenantId !== undefined && { tenantId }) };
    const role = roleOf(prefix);
    expect(isAllowed(role, { ...attempt, context: throughDynamoDB })).toBe(true);
    expect(isAllowed(role, { ...attempt, context: throughS3 })).toBe(false);
    expect(isAllowed(role, { ...attempt, context: caller })).toBe(false);
  });

  test('lets a caller of another account do nothing through DynamoDB', () => {
    const context = { ...throughDynamoDB, 'kms:CallerAccount': '444455556666' };
    const attempt = { action: 'kms:Decrypt', context, policy };
    expect(isAllowed(roleOf('ControlPlaneRole'), attempt)).toBe(false);
  });
});

describe.each(['ECC_NIST_P256', 'ML_DSA_65'])('the key of certificates, %s,', (spec) => {
  const policy = parsePolicy(keyOf(spec)?.KeyPolicy, 'certificate key', 'resource');
  const sign = { action: 'kms:Sign', context: {}, policy };

  test('is signed with by the function that issues them', () => {
    expect(isAllowed(roleOf('CertificatesRole'), sign)).toBe(true);
  });

  test.each(roles.filter((role) => role !== roleOf('CertificatesRole')))(
    'and not by $name',
    (role) => {
      expect(isAllowed(role, sign)).toBe(false);
    },
  );

  test('nor by an administrator, who may read the public key and hand it out', () => {
    const administrator = { ...roleOf('AuthorizerRole'), identityPolicies: [everything] };
    expect(isAllowed(administrator, sign)).toBe(false);
    expect(isAllowed(administrator, { ...sign, action: 'kms:CreateGrant' })).toBe(false);
    expect(isAllowed(administrator, { ...sign, action: 'kms:GetPublicKey' })).toBe(true);
  });

  test("is not the reconciler's to change, since it carries no tag of the product", () => {
    for (const action of ['kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy', 'kms:DisableKey']) {
      expect(isAllowed(roleOf('ReconcilerRole'), { ...sign, action })).toBe(false);
    }
  });
});

describe('the reconciler', () => {
  const policy = parsePolicy(openToAccount, 'key', 'resource');
  const typeOfKey = {
    'kms:KeySpec': 'SYMMETRIC_DEFAULT',
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:MultiRegion': 'false',
  };
  const ours = { 'aws:ResourceTag/ManagedBy': 'tenant-keys', ...typeOfKey };
  const changes = [
    'kms:EnableKey',
    'kms:DisableKey',
    'kms:EnableKeyRotation',
    'kms:PutKeyPolicy',
    'kms:ScheduleKeyDeletion',
    'kms:CancelKeyDeletion',
    'kms:CreateAlias',
    'kms:UpdateAlias',
  ];

  test.each(changes)("%s: with a key of the product's, and with no other", (action) => {
    const attempt = (context: ConditionContext) =>
      isAllowed(roleOf('ReconcilerRole'), { action, context, policy });
    expect(attempt(ours)).toBe(true);
    expect(attempt(typeOfKey)).toBe(false);
    expect(attempt({ ...ours, 'aws:ResourceTag/ManagedBy': 'another' })).toBe(false);
    expect(attempt({ ...typeOfKey, 'aws:ResourceTag/TenantId': 'acme' })).toBe(false);
    expect(attempt({ ...ours, 'kms:KeySpec': 'ECC_NIST_P256' })).toBe(false);
    expect(attempt({ ...ours, 'kms:KeyOrigin': 'EXTERNAL' })).toBe(false);
    expect(attempt({ ...ours, 'kms:MultiRegion': 'true' })).toBe(false);
  });

  test.each(['kms:TagResource', 'kms:UntagResource', 'kms:CreateKey', 'kms:DisableKeyRotation'])(
    'never %s',
    (action) => {
      expect(isAllowed(roleOf('ReconcilerRole'), { action, context: ours, policy })).toBe(false);
    },
  );
});

describe("the description, by which the product knows a tenant's key", () => {
  const policy = parsePolicy(openToAccount, 'key', 'resource');
  const context = {
    'aws:ResourceTag/ManagedBy': 'tenant-keys',
    'aws:ResourceTag/TenantId': 'acme',
  };
  test.each(roles)('is not changed by $name, on a key that leaves it to IAM', (role) => {
    const attempt = { action: 'kms:UpdateKeyDescription', context, policy };
    expect(isAllowed(role, attempt)).toBe(false);
  });
});

/** Actions without the wildcards of those that the product names. */
function writtenOut(actions: readonly string[]): string[] {
  return actions.flatMap((action) => {
    if (action === 'kms:ReEncrypt*') return ['kms:ReEncryptFrom', 'kms:ReEncryptTo'];
    if (action === 'kms:GenerateDataKey*')
      return ['kms:GenerateDataKey', 'kms:GenerateDataKeyPair'];
    return [action];
  });
}
