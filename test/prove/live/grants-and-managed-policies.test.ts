/** Managed policies and grants, which the local stack does not have: told by services that stand in for AWS's. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { credentialStore } from '../../../local/aws/authentication/credentials.ts';
import { type AwsEndpoint, serveAws } from '../../../local/aws/endpoint.ts';
import type { Service } from '../../../local/aws/operation.ts';
import { systemClock } from '../../../local/clock.ts';
import { type Clients, clientsOf } from '../../../prove/live/clients.ts';
import { readRole } from '../../../prove/live/roles.ts';
import { grantsRoundStack } from '../../../prove/live/stack-grants.ts';
import { account, administrator } from '../../harness/account.ts';
import { deployedPolicies } from '../deployed-policies.ts';

const document = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const encoded = (Action: string) => encodeURIComponent(JSON.stringify(document(Action)));
const managed = 'arn:aws:iam::aws:policy/Careless';

/** Two pages of each list. */
const iam: Service = {
  name: 'iam',
  operations: {
    GetRole: () => ({
      Role: {
        RoleName: 'x',
        RoleId: 'AROAX',
        Arn: 'arn:aws:iam::111122223333:role/x',
        AssumeRolePolicyDocument: encoded('sts:AssumeRole'),
        PermissionsBoundary: { PermissionsBoundaryArn: managed },
        Tags: [
          { Key: 'aws:cloudformation:stack-name', Value: 'TenantKeys' },
          { Key: 'ManagedBy', Value: 'tenant-keys' },
        ],
      },
    }),
    ListRolePolicies: ({ Marker }) =>
      Marker === undefined
        ? { PolicyNames: ['One'], IsTruncated: true, Marker: '1' }
        : { PolicyNames: ['Two'], IsTruncated: false },
    GetRolePolicy: ({ PolicyName }) => ({
      PolicyName,
      PolicyDocument: encoded(`s3:${PolicyName}`),
    }),
    ListAttachedRolePolicies: ({ Marker }) =>
      Marker === undefined
        ? { AttachedPolicies: [], IsTruncated: true, Marker: '1' }
        : {
            AttachedPolicies: [{ PolicyName: 'Careless', PolicyArn: managed }],
            IsTruncated: false,
          },
    GetPolicy: ({ PolicyArn }) => ({ Policy: { Arn: PolicyArn, DefaultVersionId: 'v7' } }),
    GetPolicyVersion: ({ VersionId }) => ({
      PolicyVersion: { VersionId, Document: encoded(`kms:${VersionId}`) },
    }),
  },
};

let grantee = '';
const kms: Service = {
  name: 'kms',
  operations: {
    ListGrants: () => ({
      Grants: [{ GranteePrincipal: grantee, Operations: ['Decrypt'] }],
      Truncated: false,
    }),
  },
};

let endpoint: AwsEndpoint;
let clients: Clients;
beforeAll(async () => {
  const credentials = credentialStore(systemClock);
  const services = [iam, kms];
  endpoint = await serveAws({ services, credentials, clock: systemClock, port: 0, ...account });
  clients = clientsOf({
    endpoint: endpoint.url,
    region: account.region,
    credentials: credentials.issue(administrator),
    quotaShare: 1,
  });
});
afterAll(() => endpoint.close());

test("a role's policies are all of its inline ones and its managed ones, in their default version", async () => {
  const { properties } = await readRole(clients, 'x');
  expect(properties).toEqual({
    AssumeRolePolicyDocument: document('sts:AssumeRole'),
    Policies: [
      { PolicyName: 'One', PolicyDocument: document('s3:One') },
      { PolicyName: 'Two', PolicyDocument: document('s3:Two') },
      { PolicyName: managed, PolicyDocument: document('kms:v7') },
    ],
    Tags: [{ Key: 'ManagedBy', Value: 'tenant-keys' }],
  });
});

describe("a grant on the stack's own keys", () => {
  test.each([
    ['dynamodb.us-east-1.amazonaws.com', ['6.1', '6.1']],
    ['arn:aws:iam::111122223333:role/x', ['6.1', '6.1', '6.2']],
    ['dynamodb.amazonaws.com.example', ['6.1', '6.1', '6.2']],
  ])('to %s breaks %j', async (principal, broken) => {
    grantee = principal;
    const found = await grantsRoundStack(clients.kms, await deployedPolicies());
    expect(found.map(({ theorem }) => theorem)).toEqual(broken);
    expect(found[0]?.sentence).toContain(`${principal} do Decrypt`);
  });
});

test('nothing but its reads is sent to KMS', async () => {
  await expect(clients.kms.disableKey({ KeyId: 'x' })).rejects.toThrow('none of the reads');
});
