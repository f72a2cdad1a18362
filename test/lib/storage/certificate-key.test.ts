/** Who signs certificates of erasure, and with what. */
import { describe, expect, test } from '@jest/globals';
import { administrativeActions } from '../../../contract/key-policy.ts';
import {
  arnOf,
  named,
  ownArn,
  permissionsOf,
  resource,
  type Statement,
  sids,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const table = arnOf(template, 'AWS::DynamoDB::Table', 'TenantTable');

describe('certificates', () => {
  test('their function reads rows and writes none; its permission to sign is in the key policy alone', () => {
    const permissions = permissionsOf(template, 'CertificatesRole');
    expect(sids(permissions)).toEqual(['ReadRows', 'SeeWhetherKeyIsGone', 'WriteOwnLogs']);
    expect(named(permissions, 'ReadRows')).toEqual({
      Sid: 'ReadRows',
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: table,
    });
    // Whether a key is there, and nothing else of KMS; of every key, since one that is gone has no tag to go by.
    expect(named(permissions, 'SeeWhetherKeyIsGone')).toEqual({
      Sid: 'SeeWhetherKeyIsGone',
      Effect: 'Allow',
      Action: 'kms:DescribeKey',
      Resource: ownArn('kms', 'key/*'),
    });
  });

  test.each(['CertificateKey', 'PostQuantumKey'])(
    'are signed with %s by that function and by nobody else',
    (prefix) => {
      const [, key] = resource(template, 'AWS::KMS::Key', prefix);
      const statements: readonly Statement[] = key.Properties.KeyPolicy.Statement;
      const role = arnOf(template, 'AWS::IAM::Role', 'CertificatesRole');
      expect(named(statements, 'CertificatesSign')).toEqual({
        Sid: 'CertificatesSign',
        Effect: 'Allow',
        Principal: { AWS: role },
        Action: ['kms:GetPublicKey', 'kms:Sign'],
        Resource: '*',
      });
      expect(named(statements, 'NobodyElseSigns')).toEqual({
        Sid: 'NobodyElseSigns',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:Sign',
        Resource: '*',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': role } },
      });
      expect(named(statements, 'AccountAdministersWithoutUse').Action).toEqual(
        [...administrativeActions].sort(),
      );
      expect(sids(statements)).toEqual([
        'AccountAdministersWithoutUse',
        'ProductsRolesChangeNothing',
        'CertificatesSign',
        'NobodyElseSigns',
        'NobodyGrants',
      ]);
    },
  );
});
