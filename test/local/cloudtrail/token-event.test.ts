/** What the trail records of a GetWebIdentityToken, and what of it never. */
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import { clientOptions } from '../aws/harness.ts';
import { account } from '../small-template.ts';
import { openTrailed, outcomeOf, type Trailed } from './harness.ts';

let stack: Trailed;
beforeAll(async () => {
  stack = await openTrailed();
});
afterAll(() => stack.deployment.close());

const clientOf = (credentials: Credentials) =>
  new STS({ ...clientOptions(stack.deployment.url, credentials), region: account.region });
const asked = {
  Audience: ['https://vault.example'],
  SigningAlgorithm: 'RS256',
  DurationSeconds: 60,
  Tags: [{ Key: 'Team', Value: 'keys' }],
};

test('who asked for which audience, and the id of the token', async () => {
  const { operator } = stack.deployment;
  const { WebIdentityToken = '' } = await clientOf(operator).getWebIdentityToken(asked);
  const { jti } = decodeJwt(WebIdentityToken);
  expect(stack.last()).toMatchObject({
    eventSource: 'sts.amazonaws.com',
    eventName: 'GetWebIdentityToken',
    eventCategory: 'Management',
    readOnly: true,
    requestParameters: {
      audience: ['https://vault.example'],
      durationSeconds: 60,
      signingAlgorithm: 'RS256',
      tags: [{ key: 'Team', value: 'keys' }],
    },
    responseElements: { webIdentityTokenId: jti, expiration: expect.stringMatching(/ [AP]M$/) },
  });
});

test('the token is in no event, nor its signature alone', async () => {
  const { operator } = stack.deployment;
  const { WebIdentityToken = '' } = await clientOf(operator).getWebIdentityToken(asked);
  const [, payload = '', signature = ''] = WebIdentityToken.split('.');
  const all = JSON.stringify(stack.events);
  expect([all.includes(payload), all.includes(signature)]).toEqual([false, false]);
});

test('a refusal, without what was asked for', async () => {
  const stranger = stack.deployment.issue(stack.roleNamed('Stranger'), 'acme');
  expect(await outcomeOf(clientOf(stranger).getWebIdentityToken(asked))).toBe('AccessDenied');
  expect(stack.last()).toMatchObject({
    eventName: 'GetWebIdentityToken',
    errorCode: 'AccessDenied',
    userIdentity: { arn: expect.stringContaining('/acme') },
    requestParameters: null,
    responseElements: null,
  });
});

test('other calls of STS are not recorded here', async () => {
  const count = stack.events.length;
  await clientOf(stack.deployment.operator).getCallerIdentity({});
  expect(stack.events).toHaveLength(count);
});
