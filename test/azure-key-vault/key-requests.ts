/** Everything that somebody may ask of one key, of one tenant's identity, and of what is around them. */
import { randomUUID } from 'node:crypto';
import type { Requests } from './attempts.ts';
import type { Product } from './product.ts';

const alg = 'RSA-OAEP-256';
const value = Buffer.alloc(64).toString('base64url');

export interface TargetKey {
  readonly tenantId: string;
  readonly version: string;
  /** what the key has wrapped */
  readonly ciphertext: string;
}

/** What a tenant's session may do with its own key. */
export const uses = ({ tenantId, version, ciphertext }: TargetKey): Requests => ({
  wrap: ['vault', 'POST', `/keys/${tenantId}/${version}/wrapkey`, { alg, value }],
  'wrap by the newest version': ['vault', 'POST', `/keys/${tenantId}//wrapkey`, { alg, value }],
  unwrap: ['vault', 'POST', `/keys/${tenantId}/${version}/unwrapkey`, { alg, value: ciphertext }],
});

/** What a key of the product's is not for, whoever asks. */
const otherUses = ({ tenantId, version, ciphertext }: TargetKey): Requests => ({
  encrypt: ['vault', 'POST', `/keys/${tenantId}/${version}/encrypt`, { alg, value }],
  decrypt: ['vault', 'POST', `/keys/${tenantId}/${version}/decrypt`, { alg, value: ciphertext }],
  sign: ['vault', 'POST', `/keys/${tenantId}/${version}/sign`, { alg: 'RS256', value }],
  verify: [
    'vault',
    'POST',
    `/keys/${tenantId}/${version}/verify`,
    { alg: 'RS256', digest: value, value },
  ],
  release: ['vault', 'POST', `/keys/${tenantId}/${version}/release`, { target: 'x' }],
});

/** @param name of a key that is changed, so that the tenants' stay */
export const administration = (target: TargetKey): Requests => {
  const { tenantId, version } = target;
  const policy = { lifetimeActions: [] };
  return {
    ...otherUses(target),
    'read the key': ['vault', 'GET', `/keys/${tenantId}`],
    'read a version': ['vault', 'GET', `/keys/${tenantId}/${version}`],
    'list the versions': ['vault', 'GET', `/keys/${tenantId}/versions`],
    'read the rotation policy': ['vault', 'GET', `/keys/${tenantId}/rotationpolicy`],
    'write the rotation policy': ['vault', 'PUT', `/keys/${tenantId}/rotationpolicy`, policy],
    'change a version': ['vault', 'PATCH', `/keys/${tenantId}/${version}`, {}],
    'rotate the key': ['vault', 'POST', `/keys/${tenantId}/rotate`],
    'make the key': ['vault', 'POST', `/keys/${tenantId}/create`, { kty: 'RSA' }],
    'import key material': ['vault', 'PUT', `/keys/${tenantId}`, { key: { kty: 'RSA' } }],
    'back up the key': ['vault', 'POST', `/keys/${tenantId}/backup`],
    'read the deleted key': ['vault', 'GET', `/deletedkeys/${tenantId}`],
    'purge the deleted key': ['vault', 'DELETE', `/deletedkeys/${tenantId}`],
    'recover the deleted key': ['vault', 'POST', `/deletedkeys/${tenantId}/recover`],
    'delete the key': ['vault', 'DELETE', `/keys/${tenantId}`],
  };
};

const assignmentAt = (scope: string) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;

export const roleRequest = (
  { azure }: Product,
  { scope, role, principalId }: { scope: string; role: string; principalId: string },
) =>
  [
    'resourceManager',
    'PUT',
    assignmentAt(scope),
    {
      properties: {
        roleDefinitionId: `/subscriptions/${azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        principalId,
        principalType: 'ServicePrincipal',
      },
    },
  ] as const;

export const identityAt = ({ azure }: Product, tenantId: string, rest = ''): string =>
  `${azure.groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/tenant-${tenantId}${rest}`;

export const credentialOf = (issuer: string, tenantId: string) => ({
  properties: { issuer, subject: `tenant:${tenantId}`, audiences: ['api://AzureADTokenExchange'] },
});

/** Of a tenant's identity, of its role, and what belongs to no tenant. */
export function aroundKey(product: Product, tenantId: string, principalId: string): Requests {
  const { azure, setup, issuer } = product;
  const keyScope = `${azure.vaultId}/keys/${tenantId}`;
  const role = setup.wrapRoleDefinitionId;
  const credential = identityAt(product, tenantId, '/federatedIdentityCredentials/more');
  return {
    'give itself the role on the key': roleRequest(product, { scope: keyScope, role, principalId }),
    'give itself the role on the vault': roleRequest(product, {
      scope: azure.vaultId,
      role,
      principalId,
    }),
    'read the identity': ['resourceManager', 'GET', identityAt(product, tenantId)],
    'write the identity': [
      'resourceManager',
      'PUT',
      identityAt(product, tenantId),
      { location: 'x' },
    ],
    'read the credentials': [
      'resourceManager',
      'GET',
      identityAt(product, tenantId, '/federatedIdentityCredentials'),
    ],
    'write a credential': ['resourceManager', 'PUT', credential, credentialOf(issuer.url, 'more')],
    'delete a credential': ['resourceManager', 'DELETE', credential],
    'delete the identity': ['resourceManager', 'DELETE', identityAt(product, `${tenantId}-none`)],
  };
}

export function aroundAll({ azure }: Product): Requests {
  return {
    'list the keys': ['vault', 'GET', '/keys'],
    'list the deleted keys': ['vault', 'GET', '/deletedkeys'],
    'restore a key': ['vault', 'POST', '/keys/restore', { value: 'x' }],
    'read the vault': ['resourceManager', 'GET', azure.vaultId],
    'change the vault': ['resourceManager', 'PATCH', azure.vaultId, { properties: {} }],
    'make a key as a resource': ['resourceManager', 'PUT', `${azure.vaultId}/keys/new`, {}],
    'read a key as a resource': ['resourceManager', 'GET', `${azure.vaultId}/keys/acme`],
    'list the role assignments': [
      'resourceManager',
      'GET',
      `${azure.vaultId}/providers/Microsoft.Authorization/roleAssignments`,
    ],
    'list the identities': [
      'resourceManager',
      'GET',
      `${azure.groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`,
    ],
  };
}
