/** Other key stores: what the configuration takes, and that no setting is guessed. */
import { describe, expect, test } from '@jest/globals';
import { keyStoresSettings } from '../../../contract/key-stores.ts';
import { readConfig } from '../../../lib/config/config.ts';
import { toldOf } from '../../../lib/config/key-stores.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
const address = 'https://vault.example.com:8200';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const of = (keyStores: unknown) => readConfig({ ...needed, keyStores }).keyStores;

describe('taken', () => {
  test('Vault by its address alone, in an object and in JSON text of one', () => {
    const settings = {
      vault: {
        address,
        transitMount: 'tenant-keys',
        authMount: 'tenant-keys',
        audience: address,
        tokenIssuer: 'sts',
      },
      ownIssuer: { key: 1 },
      dataKeyMaxAgeSeconds: 60,
    };
    expect(of({ vault: { address } })).toEqual(settings);
    expect(of(JSON.stringify({ vault: { address } }))).toEqual(settings);
  });

  test('all of them; the functions read what the stack writes', () => {
    const vault = {
      address,
      namespace: 'team/keys',
      transitMount: 'transit',
      authMount: 'jwt/aws',
      audience: 'vault',
      tokenIssuer: 'own',
      caCertificate: pem,
    };
    const given = {
      vault,
      awsKmsExternal: { accounts: ['222222222222'] },
      dataKeyMaxAgeSeconds: 5,
    };
    expect(of(given)).toEqual({ ...given, ownIssuer: { key: 1 } });
    const told = toldOf(of(given) as never, 'https://api.example');
    expect(keyStoresSettings.parse(told)).toEqual(given);
  });

  test('none, which is the default', () => {
    expect(readConfig(needed).keyStores).toBeUndefined();
  });
});

describe('refused', () => {
  test.each([
    ['a text that is no JSON', 'vault', 'keyStores must be an object'],
    ['a store of another name', { vlt: {} }, 'keyStores'],
    ['no store', {}, 'keyStores must have at least one store'],
    [
      'tokens of anybody',
      { vault: { address, tokenIssuer: 'cognito' } },
      'keyStores.vault.tokenIssuer: must be sts',
    ],
    [
      'an address without TLS',
      { vault: { address: 'http://vault.example.com' } },
      'keyStores.vault.address: must be the https URL',
    ],
    [
      'an address with a path',
      { vault: { address: `${address}/v1` } },
      'keyStores.vault.address: must be',
    ],
    [
      'an address with a slash at its end',
      { vault: { address: `${address}/` } },
      'keyStores.vault.address: must be',
    ],
    [
      'an address with a password',
      { vault: { address: 'https://a:b@vault.example.com' } },
      'keyStores.vault.address: must be',
    ],
    ['a mount that leaves its place', { vault: { address, transitMount: '../sys' } }, undefined],
    [
      'a mount with a query',
      { vault: { address, transitMount: 'a?b' } },
      'keyStores.vault.transitMount: must be',
    ],
    ['a token', { vault: { address, token: 's.x' } }, 'keyStores.vault'],
    [
      'a certificate that is a path',
      { vault: { address, caCertificate: '/etc/ca.pem' } },
      'keyStores.vault.caCertificate: must be',
    ],
    [
      'no account',
      { awsKmsExternal: { accounts: [] } },
      'keyStores.awsKmsExternal.accounts: must be',
    ],
    [
      'an account twice',
      { awsKmsExternal: { accounts: ['222222222222', '222222222222'] } },
      'keyStores.awsKmsExternal.accounts: must be',
    ],
    [
      'an account that is a pattern',
      { awsKmsExternal: { accounts: ['*'] } },
      'keyStores.awsKmsExternal.accounts[0]: must be',
    ],
    [
      'an age of hours',
      { vault: { address }, dataKeyMaxAgeSeconds: 7200 },
      'keyStores.dataKeyMaxAgeSeconds: must be',
    ],
    [
      'more than Lambda takes',
      {
        vault: {
          address,
          caCertificate: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(3072)}\n-----END CERTIFICATE-----`,
        },
      },
      'keyStores must not be more than',
    ],
  ])('%s', (_, keyStores, start) => {
    const problems = problemsOf({ ...needed, keyStores });
    expect(problems).toEqual([expect.stringContaining(start ?? 'keyStores')]);
  });
});
