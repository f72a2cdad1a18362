/** What GetFunctionConfiguration tells of the template's functions, and whom. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { account, role } from '../small-template.ts';
import { arnOf, type Functions, openFunctions, refusal } from './harness.ts';

let functions: Functions;
beforeAll(async () => {
  const read = {
    Effect: 'Allow',
    Action: 'lambda:GetFunctionConfiguration',
    Resource: arnOf('Echo'),
  };
  functions = await openFunctions({ Reads: role(read), MayNot: role() });
});
afterAll(() => functions.close());

const as = (roleName: string) => functions.client(functions.session(roleName));
const operator = () => functions.client(functions.deployment.operator);
const echo = { FunctionName: `${account.stackName}-Echo` };

test('serialization: a name that is none', async () => {
  const error = await refusal(operator().getFunctionConfiguration({ FunctionName: 'a b' }));
  expect(error.name).toBe('ValidationException');
});

describe('behaviour', () => {
  test.each([echo, { FunctionName: arnOf('Echo') }, { ...echo, Qualifier: '$LATEST' }])(
    'by name or ARN: %j',
    async (input) => {
      expect(await operator().getFunctionConfiguration(input)).toMatchObject({
        FunctionName: echo.FunctionName,
        FunctionArn: arnOf('Echo'),
        Runtime: 'nodejs24.x',
        Environment: { Variables: expect.any(Object) },
      });
    },
  );

  test.each([{ FunctionName: 'none' }, { ...echo, Qualifier: '7' }])(
    'what is not there: %j',
    async (input) => {
      const error = await refusal(operator().getFunctionConfiguration(input));
      expect(error.name).toBe('ResourceNotFoundException');
    },
  );

  test('IAM decides who is told', async () => {
    expect((await as('Reads').getFunctionConfiguration(echo)).FunctionArn).toBe(arnOf('Echo'));
    for (const [roleName, FunctionName] of [
      ['Reads', arnOf('Fail')],
      ['MayNot', arnOf('Echo')],
    ] as const) {
      const error = await refusal(as(roleName).getFunctionConfiguration({ FunctionName }));
      expect(error.name).toBe('AccessDeniedException');
    }
  });
});
