/** The product's own issuer: what the configuration takes of it, and that no store is left with documents that it cannot reach. */
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../lib/config/config.ts';
import { toldOf } from '../../../lib/config/key-stores.ts';
import { azureKeyVault } from '../../harness/azure-settings.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
const url = 'https://issuer.example.com/tenant-keys';
const domain = {
  domainName: 'keys.example.com',
  certificateArn:
    'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
};
const ways = {
  vpcEndpointIds: ['vpce-0123456789abcdef0'],
  trustStore: 's3://bucket/authorities.pem',
};

test('another place for its documents, and the key that signs; the functions are told of that place', () => {
  const keyStores = { azureKeyVault, ownIssuer: { url, key: 2 } };
  const read = readConfig({ ...needed, keyStores }).keyStores;
  expect(read?.ownIssuer).toEqual({ url, key: 2 });
  expect(toldOf(read as never, 'https://api.example').azureKeyVault?.issuer).toBe(url);
});

test.each([
  ['a URL that ends in a slash', { url: 'https://i.example.com/' }, 'url: must be'],
  ['a URL with another spelling', { url: 'https://I.example.com/a' }, 'url: must be'],
  ['a URL without TLS', { url: 'http://i.example.com/a' }, 'url: must be'],
  ['no key', { key: 0 }, 'key: must be'],
  ['a private key', { pem: 'x' }, 'keyStores.ownIssuer'],
])('%s is refused', (_, ownIssuer, message) => {
  expect(problemsOf({ ...needed, keyStores: { azureKeyVault, ownIssuer } })).toEqual([
    expect.stringContaining(message),
  ]);
});

describe('with Azure Key Vault', () => {
  const problems = (way: object, ownIssuer: object = {}) =>
    problemsOf({
      ...needed,
      ...('trustStore' in way && domain),
      ...way,
      keyStores: { azureKeyVault, ownIssuer },
    });

  test.each(Object.entries(ways))('beside %s it needs a URL that Azure reaches', (name, value) => {
    expect(problems({ [name]: value })).toEqual([
      expect.stringContaining('keyStores.ownIssuer.url: must be given beside'),
    ]);
    expect(problems({ [name]: value }, { url })).toEqual([]);
  });
});

test('with Vault, which may be in the network of a private API but has no certificate for it', () => {
  const vault = { address: 'https://vault.example.com', tokenIssuer: 'own' };
  const problems = (way: object, keyStores: object) => problemsOf({ ...needed, ...way, keyStores });
  const { vpcEndpointIds, trustStore } = ways;
  expect(problems({ vpcEndpointIds }, { vault })).toEqual([]);
  expect(problems({ trustStore, ...domain }, { vault })).toEqual([
    expect.stringContaining('keyStores.ownIssuer.url: must be given beside'),
  ]);
  expect(problems({ trustStore, ...domain }, { vault, ownIssuer: { url } })).toEqual([]);
  const bySts = { vault: { ...vault, tokenIssuer: 'sts' } };
  expect(problems({ trustStore, ...domain }, bySts)).toEqual([]);
});
