/** What the product's own functions try: each has rights in Azure, and must not have more. */
import { type Requests, type Tried, tokensOf, tried } from './attempts.ts';
import { type ProductFunction, roleArnOf } from './documented-setup.ts';
import {
  administration,
  aroundAll,
  aroundKey,
  credentialOf,
  identityAt,
  roleRequest,
  uses,
} from './key-requests.ts';
import type { Product } from './product.ts';
import type { Session } from './tenant-attempts.ts';

const functions = ['control-plane', 'reconciler', 'certificates'] as const;

/** Who may read a key may wrap by it: that takes the public half alone. The keys are not for the rest that takes it. */
const reading = [
  'read the key',
  'read a version',
  'list the versions',
  'list the keys',
  'list the deleted keys',
];
const wrapping = ['wrap', 'wrap by the newest version'];
const changing = [
  ...['read the rotation policy', 'write the rotation policy', 'change a version'],
  ...[
    'list the role assignments',
    'read the identity',
    'write the identity',
    'read the credentials',
  ],
  ...[
    'write a credential',
    'delete a credential',
    'give the tenant its role',
    'list the identities',
  ],
];

/** Of all that is tried. What deletes is tried by none of them but upon a key of its own, at the end. */
const rights: Readonly<Record<ProductFunction, readonly string[]>> = {
  'control-plane': [
    ...reading,
    ...wrapping,
    ...changing,
    'rotate the key',
    'make the key',
    'delete its own key',
    'recover its own key',
  ],
  reconciler: [
    ...reading,
    ...wrapping,
    ...changing,
    'delete the identity',
    'delete its own key',
    'recover its own key',
  ],
  certificates: [...reading, ...wrapping],
};

/** Behind a right there is an answer of the service, which is no refusal: nothing is deleted, the key is for no other use. */
const unreached = [
  'encrypt',
  'verify',
  'read the deleted key',
  'recover the deleted key',
  'delete the key',
];

export async function triedByProduct(
  product: Product,
  [acme]: readonly Session[],
): Promise<Tried[]> {
  if (acme === undefined) throw new Error('nobody is onboarded');
  const given = new Set(product.azure.rbac.assignments().map(({ name }) => name));
  const all: Tried[] = [];
  for (const by of functions) {
    const { clientId, objectId } = product.setup.applications[by];
    const assertion = () =>
      product.aws.token({ sub: roleArnOf(by), aud: 'api://AzureADTokenExchange' });
    const tokens = await tokensOf(product, clientId, assertion);
    const name = `own-${by}`;
    const own = { tenantId: name, version: '', ciphertext: '' };
    await product.azure.keys.newVersion(product.azure.keys.add(name), {
      ...{ kty: 'RSA', size: 2048, keyOps: ['wrapKey'], tags: {}, exportable: false },
    });
    const requests: Requests = {
      ...uses(acme),
      ...without(administration(acme), unreached),
      ...aroundKey(product, acme.tenantId, objectId),
      ...aroundAll(product),
      ...beyondTenants(product, objectId, acme),
      'delete its own key': administration(own)['delete the key'] ?? ['vault', '', ''],
      'recover its own key': administration(own)['recover the deleted key'] ?? ['vault', '', ''],
    };
    all.push(...(await tried(product, tokens, { by, upon: 'Azure' }, requests, rights[by])));
    for (const { name, principalId } of product.azure.rbac.assignments())
      if (principalId === objectId && !given.has(name)) product.azure.rbac.unassign(name);
  }
  return all;
}

const without = (requests: Requests, names: readonly string[]): Requests =>
  Object.fromEntries(Object.entries(requests).filter(([name]) => !names.includes(name)));

function beyondTenants(product: Product, principalId: string, acme: Session): Requests {
  const { azure, setup, issuer, aws } = product;
  const { reconciler, certificates } = setup.applications;
  const other = (principalId === reconciler.objectId ? certificates : reconciler).objectId;
  const any = azure.rbac.define({ actions: ['*'], dataActions: ['*'] });
  const role = setup.wrapRoleDefinitionId;
  const keyScope = `${azure.vaultId}/keys/${acme.tenantId}`;
  const otherGroup = azure.groupId.replace(/identities$/, 'others');
  return {
    'give the tenant its role': roleRequest(product, {
      scope: `${keyScope}-${principalId}`,
      role,
      principalId: acme.principalId,
    }),
    'give another function the role': roleRequest(product, {
      scope: keyScope,
      role,
      principalId: other,
    }),
    'trust another issuer': [
      'resourceManager',
      'PUT',
      identityAt(product, acme.tenantId, '/federatedIdentityCredentials/x'),
      credentialOf(aws.url, 'x'),
    ],
    'give itself any role on the vault': roleRequest(product, {
      scope: azure.vaultId,
      role: any,
      principalId,
    }),
    'give a tenant any role on its key': roleRequest(product, {
      scope: keyScope,
      role: any,
      principalId: acme.principalId,
    }),
    'give the role on the subscription': roleRequest(product, {
      scope: `/subscriptions/${azure.subscriptionId}`,
      role,
      principalId: acme.principalId,
    }),
    'give the role on the identities': roleRequest(product, {
      scope: azure.groupId,
      role,
      principalId: acme.principalId,
    }),
    'write an identity elsewhere': [
      'resourceManager',
      'PUT',
      identityAt(product, 'x').replace(azure.groupId, otherGroup),
      { location: 'x' },
    ],
    'write a credential of a function’s identity': [
      'resourceManager',
      'PUT',
      identityAt(product, 'x', '/federatedIdentityCredentials/x').replace(
        azure.groupId,
        otherGroup,
      ),
      credentialOf(issuer.url, 'x'),
    ],
    'take a function’s role away': [
      'resourceManager',
      'DELETE',
      `${azure.vaultId}/providers/Microsoft.Authorization/roleAssignments/${azure.rbac.assignments()[0]?.name}`,
    ],
  };
}
