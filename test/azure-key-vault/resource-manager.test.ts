/** The double of Azure Resource Manager decides by role, scope and condition before it says what is there. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Azure, startAzure } from './double/azure.ts';
import { conditionOf } from './double/condition.ts';
import type { Application } from './double/directory.ts';

let azure: Azure;
let me: Application;

beforeEach(async () => {
  azure = await startAzure();
  me = azure.directory.register();
});
afterEach(() => azure.close());

function may(actions: readonly string[], scope: string, condition?: string): void {
  const roleDefinitionId = azure.rbac.define({ actions, dataActions: [] });
  azure.rbac.assign({ scope, principalId: me.objectId, roleDefinitionId, condition });
}

async function call(method: string, path: string, body?: object, version = '2023-01-31') {
  const separator = path.includes('?') ? '&' : '?';
  const response = await fetch(
    `${azure.resourceManager.url}${path}${separator}api-version=${version}`,
    {
      method,
      headers: { Authorization: `Bearer ${azure.tokens.issue(me, 'resourceManager')}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Answer;
  return { status: response.status, code: answer.error?.code, ...answer };
}

interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly value?: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
}

const identity = (name = 'tenant-acme') =>
  `${azure.groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const location = { location: 'westeurope' };
const credential = (subject = 'tenant:acme') => ({
  properties: { issuer: 'https://example.com', subject, audiences: ['api://AzureADTokenExchange'] },
});
const everything = ['Microsoft.ManagedIdentity/*', 'Microsoft.Authorization/roleAssignments/*'];

test('no token, a token of the vault: 401; no role: 403, also for what is not there', async () => {
  const path = `${azure.resourceManager.url}${identity()}?api-version=2023-01-31`;
  const headers = { Authorization: `Bearer ${azure.tokens.issue(me, 'vault')}` };
  expect((await fetch(path)).status).toBe(401);
  expect((await fetch(path, { headers })).status).toBe(401);
  expect(await call('GET', identity())).toMatchObject({ status: 403, code: 'AuthorizationFailed' });
});

test('an identity is made once, shown, and gone with its credentials', async () => {
  may(everything, azure.groupId);
  expect(await call('GET', identity())).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  const made = await call('PUT', identity(), location);
  expect(made.status).toBe(201);
  const again = await call('PUT', identity(), location);
  expect(again).toMatchObject({ status: 200, properties: made.properties });
  const one = `${identity()}/federatedIdentityCredentials/issuer`;
  expect((await call('PUT', one, credential())).status).toBe(201);
  expect(await call('GET', one)).toMatchObject({ status: 200, ...credential() });
  expect((await call('GET', `${identity()}/federatedIdentityCredentials`)).value).toHaveLength(1);
  expect(
    await call('PUT', `${identity()}/federatedIdentityCredentials/twice`, credential()),
  ).toMatchObject({ status: 409 });
  expect((await call('DELETE', identity())).status).toBe(200);
  expect((await call('DELETE', identity())).status).toBe(204);
  expect(azure.directory.find(String(made.properties?.clientId))).toBeUndefined();
});

test('twenty credentials have room, and one audience in each', async () => {
  may(everything, azure.groupId);
  await call('PUT', identity(), location);
  const put = (name: string, body: object) =>
    call('PUT', `${identity()}/federatedIdentityCredentials/${name}`, body);
  for (let count = 0; count < 20; count += 1)
    expect((await put(`c-${count}`, credential(`s-${count}`))).status).toBe(201);
  expect((await put('c-20', credential('s-20'))).status).toBe(400);
  const { properties } = credential();
  const two = { properties: { ...properties, audiences: ['a', 'b'] } };
  expect((await put('c-0', two)).status).toBe(400);
});

test('a role over one group is none over another', async () => {
  may(everything, azure.groupId.replace('identities', 'others'));
  expect(await call('PUT', identity(), location)).toMatchObject({ status: 403 });
});

describe('role assignments', () => {
  let role: string;
  const at = (scope: string, name: string = randomUUID()) =>
    `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  const key = (name = 'acme') => `${azure.vaultId}/keys/${name}`;
  const assignment = (principalId: string, roleDefinitionId = role) => ({
    properties: {
      principalId,
      principalType: 'ServicePrincipal',
      roleDefinitionId: `/subscriptions/${azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`,
    },
  });
  const put = (path: string, body: object) => call('PUT', path, body, '2022-04-01');
  const only = () => `
    ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
      OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${role}}
        AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))
    AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
      OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${role}}))`;

  beforeEach(() => {
    role = azure.rbac.define({
      actions: [],
      dataActions: ['Microsoft.KeyVault/vaults/keys/unwrap/action'],
    });
  });

  test('the condition lets one role be given and taken, and no other', async () => {
    may(['Microsoft.Authorization/roleAssignments/*'], azure.vaultId, only());
    const other = azure.rbac.define({ actions: ['*'], dataActions: ['*'] });
    const { objectId } = azure.directory.register();
    const path = at(key());
    expect(await put(at(key()), assignment(objectId, other))).toMatchObject({ status: 403 });
    expect((await put(path, assignment(objectId))).status).toBe(201);
    expect((await put(path, assignment(objectId))).status).toBe(200);
    expect((await put(at(azure.groupId), assignment(objectId))).status).toBe(403);
    const foreign = azure.rbac.assign({
      scope: key(),
      principalId: objectId,
      roleDefinitionId: other,
    });
    expect((await call('DELETE', at(key(), foreign.name))).status).toBe(403);
    expect((await call('DELETE', path)).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(403);
  });

  test('a name is bound to its principal and scope, and one of a kind is enough', async () => {
    may(['Microsoft.Authorization/roleAssignments/*'], azure.vaultId);
    const [one, other] = [azure.directory.register(), azure.directory.register()];
    const name = randomUUID();
    await put(at(key(), name), assignment(one.objectId));
    const update = { status: 400, code: 'RoleAssignmentUpdateNotPermitted' };
    expect(await put(at(key(), name), assignment(other.objectId))).toMatchObject(update);
    expect(await put(at(key('globex'), name), assignment(one.objectId))).toMatchObject(update);
    expect(await put(at(key()), assignment(one.objectId))).toMatchObject({
      status: 409,
      code: 'RoleAssignmentExists',
    });
    expect(await put(at(key()), assignment(randomUUID()))).toMatchObject({
      code: 'PrincipalNotFound',
    });
    expect(await put(at(key()), assignment(other.objectId, randomUUID()))).toMatchObject({
      code: 'RoleDefinitionDoesNotExist',
    });
    azure.settings.mostAssignments = azure.rbac.assignments().length;
    expect(await put(at(key()), assignment(other.objectId))).toMatchObject({
      code: 'RoleAssignmentLimitExceeded',
    });
  });

  test('are listed at, above and below a scope, or at and above it, or of one principal', async () => {
    may(['Microsoft.Authorization/roleAssignments/*'], azure.vaultId);
    const [one, other] = [azure.directory.register(), azure.directory.register()];
    await put(at(key()), assignment(one.objectId));
    await put(at(key('globex')), assignment(other.objectId));
    const list = async (scope: string, filter = '') =>
      (await call('GET', `${at(scope, '').slice(0, -1)}?$filter=${encodeURIComponent(filter)}`))
        .value?.length;
    expect(await list(azure.vaultId)).toBe(3);
    expect(await list(azure.vaultId, 'atScope()')).toBe(1);
    expect(await list(key())).toBe(2);
    expect(await list(azure.vaultId, `principalId eq '${one.objectId}'`)).toBe(1);
  });

  test('count only some time after they are made, and for some time after they are gone', async () => {
    const holder = azure.directory.register();
    const question = {
      ...{ principalId: holder.objectId, isData: true, scope: key() },
      action: 'Microsoft.KeyVault/vaults/keys/unwrap/action',
    };
    azure.settings.rolesMs = 600_000;
    const { name } = azure.rbac.assign({
      scope: key(),
      principalId: holder.objectId,
      roleDefinitionId: role,
    });
    expect(azure.rbac.isAllowed(question)).toBe(false);
    azure.advance(600_000);
    expect(azure.rbac.isAllowed(question)).toBe(true);
    azure.rbac.unassign(name);
    expect(azure.rbac.assignments()).toEqual([]);
    expect(azure.rbac.isAllowed(question)).toBe(true);
    azure.advance(600_000);
    expect(azure.rbac.isAllowed(question)).toBe(false);
  });
});

test.each([
  "@Resource[Microsoft.KeyVault/vaults:name] StringEquals 'x'",
  "ActionMatches{'a'} XOR ActionMatches{'b'}",
  "(ActionMatches{'a'}",
  "ActionMatches{'a'} ActionMatches{'b'}",
  '',
])('a condition that the double does not know is none: %s', (text) => {
  expect(() => conditionOf(text)).toThrow('condition:');
});
