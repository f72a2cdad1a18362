import { expect, test } from '@jest/globals';
import { readFunctions } from '../../../local/lambda/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account, lambdaFunction } from '../small-template.ts';

test.each(['*', account.accountId, `arn:aws:iam::${account.accountId}:role/x`])(
  'a permission that lets %s invoke, and not a service, stops the start',
  (Principal) => {
    const resources = {
      F: lambdaFunction,
      P: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'F' },
          Principal,
          SourceArn: 'arn:aws:events:us-east-1:111122223333:rule/r',
        },
      },
    };
    const template = readTemplate({ Resources: resources }, account);
    expect(() => readFunctions(template, (key) => key)).toThrow('must be a service of AWS');
  },
);
