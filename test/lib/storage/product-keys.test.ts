/** The product's own keys are nobody's to change who works for the product. */
import { expect, test } from '@jest/globals';
import { named, resource, type Statement, synthesizedTemplate } from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();

test('every role of the stack carries the tag by which the policies of these keys know it', () => {
  const roles = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::IAM::Role',
  );
  expect(roles.length).toBeGreaterThan(10);
  for (const [id, { Properties }] of roles) {
    const own = Properties.Tags?.filter(({ Key }: { Key: string }) => Key === 'ManagedBy');
    expect([id, own]).toEqual([id, [{ Key: 'ManagedBy', Value: 'tenant-keys' }]]);
  }
});

test.each(['ProductKey', 'CertificateKey', 'PostQuantumKey'])(
  '%s: none of these roles changes it',
  (prefix) => {
    const [, key] = resource(template, 'AWS::KMS::Key', prefix);
    const statements: readonly Statement[] = key.Properties.KeyPolicy.Statement;
    expect(named(statements, 'ProductsRolesChangeNothing')).toEqual({
      Sid: 'ProductsRolesChangeNothing',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: [
        'kms:CancelKeyDeletion',
        'kms:CreateAlias',
        'kms:DeleteAlias',
        'kms:DisableKey',
        'kms:DisableKeyRotation',
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:PutKeyPolicy',
        'kms:RevokeGrant',
        'kms:RotateKeyOnDemand',
        'kms:ScheduleKeyDeletion',
        'kms:TagResource',
        'kms:UntagResource',
        'kms:UpdateAlias',
        'kms:UpdateKeyDescription',
      ],
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/ManagedBy': 'tenant-keys' } },
    });
  },
);
