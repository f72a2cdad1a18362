import { expect, test } from '@jest/globals';
import { readCustomResources } from '../../../local/cloudformation/custom-resources.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account, lambdaFunction } from '../small-template.ts';

const functionArn = { 'Fn::GetAtt': ['Function', 'Arn'] };

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
  const template = readTemplate({ Resources: { Function: lambdaFunction, Row: row } }, account);
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
