/** `lambda:SourceFunctionArn`: a right of a function, and not of whoever has its role. */
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import { systemClock } from '../../../local/clock.ts';
import { deploy } from '../../../local/deployment.ts';
import { explain } from '../../../local/iam/authorize.ts';
import type { FunctionDefinition } from '../../../local/lambda/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { clientOptions } from '../aws/harness.ts';
import { account, document, role } from '../small-template.ts';
import { arnOf, type Functions, invoked, lambda, openFunctions, refusal } from './harness.ts';

const condition = (operator: string) => ({
  Condition: { [operator]: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': ['Broker', 'Arn'] } } },
});
const list = { Effect: 'Allow', Action: 'kms:ListKeys', Resource: '*' };
const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
const trusting = (...statements: object[]) => {
  const { Type, Properties } = role(...statements);
  const Principal = { AWS: { 'Fn::GetAtt': ['BrokerRole', 'Arn'] } };
  const trust = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  return { Type, Properties: { ...Properties, AssumeRolePolicyDocument: trust } };
};
const withRole = (logicalId: string) =>
  lambda('reveal.handler', { Role: { 'Fn::GetAtt': [logicalId, 'Arn'] } });

let functions: Functions;
beforeAll(async () => {
  functions = await openFunctions({
    BrokerRole: role({ ...list, Sid: 'FromBroker', ...condition('ArnEquals') }, assume),
    GuardedRole: role(list, {
      ...list,
      Sid: 'OnlyBroker',
      Effect: 'Deny',
      ...condition('ArnNotEquals'),
    }),
    TargetRole: trusting({ ...list, ...condition('ArnEquals') }),
    FreeRole: trusting({ ...list, Condition: { Null: { 'lambda:SourceFunctionArn': 'true' } } }),
    Broker: withRole('BrokerRole'),
    Other: withRole('BrokerRole'),
  });
});
afterAll(() => functions.close());

const options = (credentials: Credentials) => ({
  ...clientOptions(functions.deployment.url, credentials),
  region: account.region,
});
const listKeys = (credentials: Credentials) => new KMS(options(credentials)).listKeys({});

/** @returns the credentials in the environment of a running function */
async function inside(name: string): Promise<Credentials> {
  const client = functions.client(functions.deployment.operator);
  const { payload } = await invoked(client, { FunctionName: `TenantKeys-${name}` });
  return payload;
}

const definition = (name: string) =>
  functions.deployment.functions.get(arnOf(name)) as FunctionDefinition;

/** @returns why a call was refused */
async function reason(call: Promise<unknown>): Promise<string> {
  const { name, requestId } = await refusal(call);
  const [record] = functions.deployment.decisions.of(requestId);
  return `${name}: ${record && explain(record.decision)}`;
}

describe('a right that is bound to a function', () => {
  test('is the right of its code, with the ARN that GetAtt gives', async () => {
    expect((await listKeys(await inside('Broker'))).Keys).toEqual([]);
    expect((await listKeys(functions.deployment.issueTo(definition('Broker')))).Keys).toEqual([]);
  });

  test('is not that of another function to which the role was passed', async () => {
    const passed = { ...definition('Echo'), roleArn: definition('Broker').roleArn };
    for (const [name, credentials] of [
      ['Other', await inside('Other')],
      ['Echo', functions.deployment.issueTo(passed)],
    ] as const) {
      expect(await reason(listKeys(credentials))).toContain(
        `FromBroker: ArnEquals lambda:SourceFunctionArn is "${arnOf(name)}", must be like "${arnOf('Broker')}"`,
      );
    }
  });

  test('is not that of the role outside of a function', async () => {
    expect(await reason(listKeys(functions.session('BrokerRole')))).toContain(
      'ArnEquals lambda:SourceFunctionArn is absent',
    );
  });

  test('as a Deny for all others, denies those without any function too', async () => {
    const asGuarded = (name: string) =>
      functions.deployment.issueTo({
        ...definition(name),
        roleArn: functions.roleNamed('GuardedRole').arn,
      });
    expect((await listKeys(asGuarded('Broker'))).Keys).toEqual([]);
    for (const credentials of [asGuarded('Other'), functions.session('GuardedRole')]) {
      expect(await reason(listKeys(credentials))).toContain('statement OnlyBroker (explicit Deny)');
    }
  });

  test('is not passed on to a session that the function opens', async () => {
    const sts = new STS(options(await inside('Broker')));
    const sessionOf = async (name: string) => {
      const { Credentials: session } = await sts.assumeRole({
        RoleArn: functions.roleNamed(name).arn,
        RoleSessionName: 'x1',
      });
      return {
        accessKeyId: session?.AccessKeyId as string,
        secretAccessKey: session?.SecretAccessKey as string,
        sessionToken: session?.SessionToken as string,
      };
    };
    expect((await refusal(listKeys(await sessionOf('TargetRole')))).name).toBe(
      'AccessDeniedException',
    );
    expect((await listKeys(await sessionOf('FreeRole'))).Keys).toEqual([]);
  });

  test('functions of one role have credentials of their own', async () => {
    const [broker, other] = [await inside('Broker'), await inside('Other')];
    expect(broker.accessKeyId).not.toBe(other.accessKeyId);
    const mixed = { ...other, secretAccessKey: broker.secretAccessKey };
    expect((await refusal(listKeys(mixed))).name).toBe('InvalidSignatureException');
  });

  test('no function gets a role that does not trust Lambda', () => {
    const roleArn = functions.roleNamed('TargetRole').arn;
    expect(() => functions.deployment.issueTo({ ...definition('Echo'), roleArn })).toThrow(
      'does not trust lambda.amazonaws.com',
    );
  });
});

describe('in a resource-based policy the key has no value, so it is refused', () => {
  test('a trust policy with it stops the start', async () => {
    const trust = document({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
      Action: 'sts:AssumeRole',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': arnOf('Broker') } },
    });
    const Trusting = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };
    const template = readTemplate({ Resources: { Trusting } }, account);
    await expect(deploy({ template, clock: systemClock, port: 0 })).rejects.toThrow(
      'lambda:SourceFunctionArn has no value in a trust policy',
    );
  });

  test('KMS does not take a key policy with it', async () => {
    const root = { AWS: `arn:aws:iam::${account.accountId}:root` };
    const everything = { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };
    const Policy = JSON.stringify(
      document(everything, {
        ...everything,
        Effect: 'Deny',
        Action: 'kms:Decrypt',
        Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': arnOf('Broker') } },
      }),
    );
    const kms = new KMS(options(functions.deployment.operator));
    expect(await refusal(kms.createKey({ Policy }))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: expect.stringContaining('lambda:SourceFunctionArn has no value in a key policy'),
    });
  });
});
