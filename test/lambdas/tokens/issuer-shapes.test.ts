/** Issuer by shape of token: accepted with which rights, refused with which sentence. */
import { beforeAll, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { usableKeys } from '../../../contract/jwks.ts';
import { type KeySet, keySet } from '../../../lambdas/tokens/key-set.ts';
import {
  type PermissionRefusal,
  permissionRefusals,
  type Refusal,
  refusalOf,
  refusals,
} from '../../../lambdas/tokens/refusals.ts';
import { verifiedTokens } from '../../../lambdas/tokens/verified-token.ts';
import { readConfig } from '../../../lib/config/config.ts';
import { kid, seconds, sign } from './issuer.ts';
import { type IssuerShape, issuerShapes } from './issuer-shapes.ts';

let privateKey: CryptoKey;
let keys: KeySet;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  privateKey = pair.privateKey;
  keys = keySet(usableKeys([{ ...(await exportJWK(pair.publicKey)), kid, use: 'sig' }]));
});

/** @returns the rights, or the sentence */
async function saidOf({ entry, claims, header }: IssuerShape): Promise<string> {
  const verified = verifiedTokens(readConfig({ issuers: [entry] }).issuers, {
    find: async () => keys,
  });
  const times = { iat: seconds(), nbf: seconds(), exp: seconds(3600) };
  const token = await sign(privateKey, { ...claims, ...times }, { ...header });
  try {
    const { permissions, refusal } = await verified(token);
    if (permissions === undefined) return permissionRefusals[refusal as PermissionRefusal];
    const { scopes, tenantId = 'no tenant' } = permissions;
    return `${[...scopes].join(' ').replaceAll('tenant-keys/', '')} of ${tenantId}`;
  } catch (error) {
    return refusals[refusalOf(error)];
  }
}

test.each(issuerShapes.map((shape) => [shape.name, shape] as const))('%s', async (_, shape) => {
  const { gives } = shape;
  const sentences = { ...refusals, ...permissionRefusals };
  const expected =
    typeof gives === 'string'
      ? sentences[gives as Refusal | PermissionRefusal]
      : `${gives.scopes} of ${gives.tenant ?? 'no tenant'}`;
  expect(await saidOf(shape)).toBe(expected);
});

test('every issuer of the documentation is there, accepted and refused', () => {
  for (const name of ['Cognito', 'Auth0', 'Entra ID', 'Okta', 'Keycloak', 'WorkOS']) {
    const kinds = issuerShapes
      .filter((one) => one.name.startsWith(name))
      .map((one) => typeof one.gives);
    expect(new Set(kinds)).toEqual(new Set(['string', 'object']));
  }
});
