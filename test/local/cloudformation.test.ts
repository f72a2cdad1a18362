import { expect, test } from '@jest/globals';
import { readCustomResources } from '../../local/cloudformation.ts';
import { readTemplate } from '../../local/template/template.ts';

const account = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '111122223333',
  stackName: 'TenantKeys',
};
const functionArn = { 'Fn::GetAtt': ['Function', 'Arn'] };
const lambda = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'x.handler',
    Role: 'arn:aws:iam::111122223333:role/x',
    Code: { S3Bucket: 'b', S3Key: 'k' },
    Timeout: 3,
    MemorySize: 128,
  },
};

test('a custom resource gets its properties as CloudFormation gives them: as text', () => {
  const row = {
    Type: 'Custom::DeclaredTenant',
    Properties: {
      ServiceToken: functionArn,
      TenantId: 'acme',
      RotationPeriodInDays: 90,
      Switch: true,
      List: [1, { Deep: 2 }],
    },
  };
  const template = readTemplate({ Resources: { Function: lambda, Row: row } }, account);
  const arn = 'arn:aws:lambda:us-east-1:111122223333:function:TenantKeys-Function';
  expect(readCustomResources(template)).toEqual([
    {
      logicalId: 'Row',
      type: 'Custom::DeclaredTenant',
      functionArn: arn,
      properties: {
        ServiceToken: arn,
        TenantId: 'acme',
        RotationPeriodInDays: '90',
        Switch: 'true',
        List: ['1', { Deep: '2' }],
      },
    },
  ]);
});
