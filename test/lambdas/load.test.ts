import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { cryptoEnvironment, sessionBrokerEnvironment } from '../../contract/environment.ts';
import { bundle } from '../../lib/functions/bundle.ts';
import type { EnvironmentOf } from '../../lib/functions/bundled-function.ts';
import { issuersVariable, settingsOf } from './tokens/issuer.ts';

/** Imports a module and prints what Node loaded of its own. */
const probe = `
  await import(process.argv[1]);
  process.stdout.write(JSON.stringify(process.moduleLoadList), () => process.exit());
`;

const environment = {
  AWS_REGION: 'us-east-1',
  TABLE_NAME: 'tenants',
  MAC_KEY_TABLE_NAME: 'mac-keys',
  AUDIT_TABLE_NAME: 'events',
  ...issuersVariable(settingsOf('https://issuer.example')),
  SESSION_BROKER_NAME: 'session-broker',
  TENANT_ISOLATION: 'true',
  REGISTRY_TTL_SECONDS: '0',
  DATA_KEY_MAX_AGE_SECONDS: '0',
  DATA_KEY_MAX_MESSAGES: '0',
  DATA_KEY_MAX_BYTES: '0',
  TENANT_ROLE_ARN: 'arn:aws:iam::111122223333:role/tenant',
  AUDIT_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/audit-reader',
  ALL_EVENTS_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/all-events-reader',
} satisfies EnvironmentOf<typeof cryptoEnvironment> &
  EnvironmentOf<typeof sessionBrokerEnvironment> &
  Readonly<Record<string, string>>;

const folders: string[] = [];
beforeAll(() => {
  folders.push(
    bundle('crypto'),
    bundle('crypto', 'lambdas', {}),
    bundle('authorizer'),
    bundle('session-broker'),
    bundle('audit', 'lambdas', {}),
  );
}, 60_000);
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function loadedBy(
  folder: string | undefined,
  name: 'crypto' | 'session-broker' | 'audit',
): string[] {
  const file = pathToFileURL(join(folder as string, `${name}.mjs`)).href;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', probe, file], {
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output);
}

const isOfFetch = (name: string) => name.includes('undici');

test.each([
  ['crypto', 0],
  ['session-broker', 3],
] as const)(
  "loading %s does not load Node's fetch and WebSocket, which nobody uses",
  (name, at) => {
    expect(loadedBy(folders[at], name).filter(isOfFetch)).toEqual([]);
  },
);

test('without what lib/functions/bundle.ts replaces, a function in one file would', () => {
  expect(loadedBy(folders[4], 'audit').filter(isOfFetch)).not.toEqual([]);
});

test('the authorizer has the routes, and no schema of what they take and give', () => {
  const code = readFileSync(join(folders[2] as string, 'authorizer.mjs'), 'utf8');
  expect(code).toContain('/tenants/{tenantId}/encrypt');
  for (const member of ['plaintext:', 'rotationsLeft', 'erasure-certificate/v1', 'kmsCalls']) {
    expect(code).not.toContain(member);
  }
});

test('a function finds credentials in its environment and looks nowhere else', () => {
  const words = [
    'AWS_SESSION_TOKEN',
    'AWS_CONTAINER_CREDENTIALS',
    'credential_process',
    'sso_start_url',
  ];
  const foundIn = (folder: string | undefined) => {
    const files = readdirSync(folder as string);
    const code = files.map((file) => readFileSync(join(folder as string, file), 'utf8')).join('');
    return words.filter((word) => code.includes(word));
  };
  expect(foundIn(folders[0])).toEqual(['AWS_SESSION_TOKEN']);
  expect(foundIn(folders[1])).toEqual(words);
});
