/** The command line, which takes no secrets. */
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, readArguments, usage } from '../../../bin/onboard/arguments.ts';
import { columns } from '../../../bin/onboard/tenant-list.ts';

const https = 'https://api.example.com/v1';
const issuer = 'https://issuer.example.com/oauth2/token';
const client = ['--token-url', issuer, '--client-id', 'c'];

const read = (args: string[], environment: Record<string, string> = {}) =>
  readArguments(['tenants.csv', ...args], environment);

describe('where the token comes from', () => {
  test('on this machine: the issuer of npm start', () => {
    expect(read([])).toEqual({
      file: 'tenants.csv',
      api: 'http://127.0.0.1:3000/v1',
      credentials: { tokenUrl: 'http://127.0.0.1:3002/oauth2/token', clientId: 'onboard' },
      rate: 4,
      inFlight: 8,
    });
  });

  test('a token of the environment', () => {
    const given = read(['--api', `${https}/`], { TENANT_KEYS_TOKEN: ' e30.e30.sig\n' });
    expect(given).toMatchObject({ api: https, credentials: { token: 'e30.e30.sig' } });
  });

  test('client credentials, the secret from the environment', () => {
    const given = read(['--api', https, ...client], { TENANT_KEYS_CLIENT_SECRET: 's3cret' });
    const credentials = { tokenUrl: issuer, clientId: 'c', clientSecret: 's3cret' };
    expect(given?.credentials).toEqual(credentials);
  });
});

describe('refused', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['no token for another API', ['--api', https], {}, /^expected a token in TENANT_KEYS_TOKEN/],
    ['half of the client credentials', ['--token-url', issuer], {}, /--client-id/],
    ['a client without its secret', client, {}, /^TENANT_KEYS_CLIENT_SECRET: expected/],
    ['both', client, { TENANT_KEYS_TOKEN: 'x' }, /^TENANT_KEYS_TOKEN is set: give no/],
    ['an API without TLS', ['--api', 'http://api.example.com/v1'], {}, /^--api: expected https/],
    ['an issuer without TLS', ['--token-url', 'http://x.org/', '--client-id', 'c'], {}, /https/],
    ['no URL', ['--api', 'api.example.com'], {}, /^--api: expected a URL/],
    ['a URL with a query', ['--api', `${https}?a=b`], {}, /without a query/],
    ['two files', ['others.csv'], {}, /^expected one FILE.csv, got 2/],
    ['a secret among the arguments', ['--client-secret', 's3cret'], {}, /'--client-secret'/],
    ['a rate of 0', ['--rate', '0'], {}, /^--rate: expected a number from 0.01 to 100, got '0'/],
    ['a rate in another spelling', ['--rate', '1e1'], {}, /^--rate/],
    ['nobody in flight', ['--in-flight', '0'], {}, /^--in-flight: expected a number from 1 to 64/],
    ['half a request in flight', ['--in-flight', '1.5'], {}, /^--in-flight/],
  ])('%s', (_, args, environment, message) => {
    expect(() => read(args, environment)).toThrow(ArgumentError);
    expect(() => read(args, environment)).toThrow(message);
  });

  test('a token that no header can carry, without repeating it', () => {
    const token = 's3cret\nX-Other: 1';
    expect(() => read([], { TENANT_KEYS_TOKEN: token })).toThrow(
      /^(?!.*s3cret).*TENANT_KEYS_TOKEN/s,
    );
  });
});

test('help needs no file', () => {
  expect(readArguments(['--help'], {})).toBeUndefined();
  expect(usage).toContain('FILE.csv');
});

test('help names every column that a list may have', () => {
  expect(columns.filter((column) => !usage.includes(column))).toEqual([]);
});
