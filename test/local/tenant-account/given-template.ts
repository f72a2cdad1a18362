/** A template with a key and a role that name each other, as the one that a tenant gets. */
import { ourRole } from './harness.ts';

export const statement = (members: object) => ({ Effect: 'Allow', ...members });
export const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

const tenant = { Ref: 'TenantId' };
export const trust = (Action: string, more: object = {}) =>
  statement({
    Principal: { AWS: { Ref: 'TheirRole' } },
    Action,
    Condition: { StringEquals: { 'aws:RequestTag/TenantId': tenant, ...more } },
  });

/** @param changes of members of resources, and more of these */
export const template = (changes: { key?: object; role?: object; more?: object } = {}) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: {
    TenantId: { Type: 'String', AllowedPattern: '[a-z0-9-]+' },
    TheirRole: { Type: 'String', Default: ourRole('TenantRole') },
  },
  Resources: {
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        EnableKeyRotation: true,
        KeyPolicy: document(
          statement({
            Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } },
            Action: 'kms:*',
            Resource: '*',
          }),
        ),
      },
      ...changes.key,
    },
    Alias: {
      Type: 'AWS::KMS::Alias',
      Properties: {
        AliasName: { 'Fn::Sub': 'alias/tenant-keys-${TenantId}' },
        TargetKeyId: { Ref: 'Key' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: tenant,
        Path: '/tenant-keys/',
        AssumeRolePolicyDocument: document(
          trust('sts:AssumeRole', { 'sts:ExternalId': { 'Fn::Sub': 'TenantKeys/${TenantId}' } }),
          trust('sts:TagSession'),
        ),
        Policies: [
          {
            PolicyName: 'Use',
            PolicyDocument: document(
              statement({ Action: 'kms:Encrypt', Resource: { 'Fn::GetAtt': ['Key', 'Arn'] } }),
            ),
          },
        ],
        ...changes.role,
      },
    },
    ...changes.more,
  },
  Outputs: {
    KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  },
});
