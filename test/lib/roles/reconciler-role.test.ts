/** What the reconciler may do, statement by statement. */
import { describe, expect, test } from '@jest/globals';
import {
  arnOf,
  named,
  ownArn,
  permissionsOf,
  sids,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const table = arnOf(template, 'AWS::DynamoDB::Table', 'TenantTable');
const everyKey = ownArn('kms', 'key/*');

describe('the reconciler', () => {
  const permissions = permissionsOf(template, 'ReconcilerRole');

  test('has these statements and no others', () => {
    expect(sids(permissions)).toEqual([
      'KeepRegistry',
      'RemoveMacKeys',
      'FindKeys',
      'ReadKeys',
      'MendOwnKeys',
      'NameKeys',
      'TellFindings',
      'NoCryptography',
      'NoGrants',
      'NoLockoutBypass',
      'NoHastyDeletion',
      'WriteOwnLogs',
    ]);
  });

  test('changes and removes rows, and adds none', () => {
    expect(named(permissions, 'KeepRegistry')).toEqual({
      Sid: 'KeepRegistry',
      Effect: 'Allow',
      Action: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
      Resource: table,
    });
  });

  test('finds and removes mac keys, and reads none by itself', () => {
    expect(named(permissions, 'RemoveMacKeys')).toEqual({
      Sid: 'RemoveMacKeys',
      Effect: 'Allow',
      Action: ['dynamodb:DeleteItem', 'dynamodb:Query'],
      Resource: arnOf(template, 'AWS::DynamoDB::Table', 'MacKeyTable'),
    });
  });

  test("changes a key only where that carries the product's tag, and is of the type that the product makes", () => {
    expect(named(permissions, 'MendOwnKeys')).toEqual({
      Sid: 'MendOwnKeys',
      Effect: 'Allow',
      Action: [
        'kms:CancelKeyDeletion',
        'kms:CreateAlias',
        'kms:DisableKey',
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:PutKeyPolicy',
        'kms:ScheduleKeyDeletion',
        'kms:UpdateAlias',
      ],
      Resource: everyKey,
      Condition: {
        StringEquals: {
          'aws:ResourceTag/ManagedBy': 'tenant-keys',
          'kms:KeySpec': 'SYMMETRIC_DEFAULT',
          'kms:KeyOrigin': 'AWS_KMS',
        },
        Bool: { 'kms:MultiRegion': 'false' },
      },
    });
  });

  test('of other keys, and of all, only reads', () => {
    expect(named(permissions, 'ReadKeys')).toEqual({
      Sid: 'ReadKeys',
      Effect: 'Allow',
      Action: [
        'kms:DescribeKey',
        'kms:GetKeyLastUsage',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:ListKeyRotations',
        'kms:ListResourceTags',
      ],
      Resource: everyKey,
    });
    expect(named(permissions, 'FindKeys')).toEqual({
      Sid: 'FindKeys',
      Effect: 'Allow',
      Action: ['kms:ListAliases', 'kms:ListKeys'],
      Resource: '*',
    });
  });

  test("moves aliases under the product's prefix only", () => {
    expect(named(permissions, 'NameKeys')).toEqual({
      Sid: 'NameKeys',
      Effect: 'Allow',
      Action: ['kms:CreateAlias', 'kms:UpdateAlias'],
      Resource: ownArn('kms', 'alias/tenant-keys/*'),
    });
  });

  test('puts events on the default bus, under its own name', () => {
    expect(named(permissions, 'TellFindings')).toEqual({
      Sid: 'TellFindings',
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: ownArn('events', 'event-bus/default'),
      Condition: { StringEquals: { 'events:source': 'tenant-keys' } },
    });
  });

  test.each(['NoCryptography', 'NoGrants', 'NoLockoutBypass', 'NoHastyDeletion'])(
    'is denied what the control plane is denied: %s',
    (sid) => {
      const controlPlane = permissionsOf(template, 'ControlPlaneRole');
      expect(named(permissions, sid)).toEqual(named(controlPlane, sid));
    },
  );
});
