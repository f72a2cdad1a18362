/** Calls to Azure as events of the audit, and the vault's diagnostic log as their witness: joined as the document says. */
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { KeyEvent } from '../../contract/audit.ts';
import { storeCallOf } from '../../lambdas/indexer/store-call-line.ts';
import type { TenantOfStore } from '../../lambdas/key-stores/key-administration.ts';
import type { DiagnosticRecord } from './double/diagnostic-log.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
let acme: TenantOfStore;
let globex: TenantOfStore;
let lines: string[];

const principal = 'arn:aws:iam::111122223333:role/TenantKeys-TenantRole';
const context = { TenantId: 'acme', document: 'a text that only acme knows' };

beforeAll(async () => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  product = await startProduct();
  acme = await product.onboard('acme');
  globex = await product.onboard('globex');
});
beforeEach(() => {
  lines = [];
  product.azure.log.records();
  product.azure.vault.break('none');
});
afterAll(() => {
  jest.restoreAllMocks();
  product.close();
});

/** As the indexer makes them of the function's log. */
const events = (): KeyEvent[] =>
  lines
    .filter((line) => line.includes('"key store call"'))
    .map((message, at) => {
      const found = storeCallOf({ principal, isForTenants: true }, { id: `line-${at}`, message });
      if (found === undefined) throw new Error(`no event: ${message}`);
      return { ...found.event, tenantId: found.partition };
    });

/** By the correlation id: what both have, what the vault alone has, what we alone say. Signing in is Entra's, not the vault's. */
function joined(ours: readonly KeyEvent[], theirs: readonly DiagnosticRecord[]) {
  const ofVault = ours.filter(({ operation }) => operation !== 'POST sign-in');
  const known = new Map(ofVault.map((event) => [event.correlationId, event]));
  const seen = new Set(theirs.map(({ correlationId }) => correlationId));
  const line = ({ operationName, resultType, identity }: DiagnosticRecord) =>
    `${operationName} ${resultType} ${whoIs(identity.claim.oid)}`;
  const isKnown = ({ correlationId = '' }: DiagnosticRecord) => known.has(correlationId);
  return {
    both: theirs
      .filter(isKnown)
      .map((record) => `${known.get(record.correlationId ?? '')?.operation} ${line(record)}`),
    vaultOnly: theirs.filter((record) => !isKnown(record)).map(line),
    oursOnly: ofVault
      .filter(({ correlationId = '' }) => !seen.has(correlationId))
      .map((event) => `${event.operation} ${event.outcome}`),
  };
}

function whoIs(objectId: string | undefined): string {
  const { identities } = product.azure;
  const found = [...identities.values()].find(
    ({ application }) => application.objectId === objectId,
  );
  return found?.name ?? 'somebody else';
}

test('each call is an event of the tenant, with the ids by which the vault’s log has it', async () => {
  const keyring = product.keyring(acme);
  const made = await keyring.generateDataKey(context);
  await keyring.unwrapDataKey(made.wrapped, context);
  const own = events();
  expect(own).toMatchObject(
    ['POST sign-in', 'POST keys/wrapkey', 'POST keys/unwrapkey'].map((operation) => ({
      ...{ operation, tenantId: 'acme', keyStore: 'azure-key-vault', source: 'product-log' },
      outcome: 'succeeded',
    })),
  );
  expect(own[1]?.requestId).toBe(made.requestId);
  expect(joined(own, product.azure.log.records())).toEqual({
    both: [
      'POST keys/wrapkey KeyWrap Success tenant-acme',
      'POST keys/unwrapkey KeyUnwrap Success tenant-acme',
    ],
    vaultOnly: [],
    oursOnly: [],
  });
});

test('no event has a token, an assertion, a ciphertext, a data key or an encryption context', async () => {
  const made = await product.keyring(acme).generateDataKey(context);
  const text = lines.join('');
  const bytes = [
    Buffer.from(made.plaintext),
    Buffer.from(made.wrapped.encryptedDataKey).subarray(16),
  ];
  const secrets = bytes.flatMap((one) =>
    (['base64', 'base64url', 'hex'] as const).map((encoding) =>
      one.toString(encoding).slice(0, 30),
    ),
  );
  for (const secret of [...secrets, 'eyJ', context.document]) expect(text).not.toContain(secret);
});

test('a refusal is joined, and so is a call whose answer was lost', async () => {
  const keyring = product.keyring(acme);
  const made = await keyring.generateDataKey(context);
  const kept = await product.azure.keys.find('acme');
  const [version] = kept?.versions ?? [];
  lines = [];
  product.azure.log.records();
  Object.assign(version ?? {}, { enabled: false });
  await expect(keyring.unwrapDataKey(made.wrapped, context)).rejects.toThrow();
  Object.assign(version ?? {}, { enabled: true });
  product.azure.vault.break('cut');
  await expect(keyring.unwrapDataKey(made.wrapped, context)).rejects.toThrow();
  const own = events();
  expect(own.map(({ outcome, errorCode }) => `${outcome} ${errorCode}`)).toEqual([
    'refused 403',
    ...own.slice(1).map(() => 'failed unreachable'),
  ]);
  expect(own[0]?.requestId).not.toBe('unknown');
  expect(joined(own, product.azure.log.records())).toEqual({
    both: [
      'POST keys/unwrapkey KeyUnwrap Failed tenant-acme',
      ...own.slice(1).map(() => 'POST keys/unwrapkey KeyUnwrap Success tenant-acme'),
    ],
    vaultOnly: [],
    oursOnly: [],
  });
});

test('what a function leaves out of its log the vault’s shows, and what it forges it does not', async () => {
  const keyring = product.keyring(acme);
  const made = await keyring.generateDataKey(context);
  await keyring.unwrapDataKey(made.wrapped, context);
  const [signIn, wrapped] = events();
  const forged = { ...wrapped, correlationId: '00000000-0000-4000-8000-000000000000' } as KeyEvent;
  expect(joined([signIn as KeyEvent, forged], product.azure.log.records())).toEqual({
    both: [],
    vaultOnly: ['KeyWrap Success tenant-acme', 'KeyUnwrap Success tenant-acme'],
    oursOnly: ['POST keys/wrapkey succeeded'],
  });
});

test('a neighbour’s try is in the log of the tenant whose key it was, and the vault says who it was', async () => {
  const { wrapped } = await product.keyring(acme).generateDataKey(context);
  lines = [];
  product.azure.log.records();
  const planted = { ...acme, keyClientId: globex.keyClientId };
  const thief = product.keyring(planted, { sub: 'tenant:globex' });
  await expect(thief.unwrapDataKey(wrapped, context)).rejects.toThrow();
  const own = events();
  expect(
    own.map(({ tenantId, operation, outcome }) => `${tenantId} ${operation} ${outcome}`),
  ).toContain('acme POST keys/unwrapkey refused');
  expect(joined(own, product.azure.log.records()).both).toEqual([
    'POST keys/unwrapkey KeyUnwrap Failed tenant-globex',
  ]);
});

test('an administrator’s call has no event', async () => {
  const { azure } = product;
  const person = azure.directory.register();
  const roleDefinitionId = azure.rbac.define({ actions: [], dataActions: ['*'] });
  azure.rbac.assign({ scope: azure.vaultId, principalId: person.objectId, roleDefinitionId });
  const headers = { Authorization: `Bearer ${azure.tokens.issue(person, 'vault')}` };
  await fetch(`${azure.vault.url}/keys/acme?api-version=7.4`, { headers });
  expect(joined(events(), azure.log.records()).vaultOnly).toEqual(['KeyGet Success somebody else']);
});

test('two tenants’ calls at the same time are each their own tenant’s', async () => {
  const both = [acme, globex].map((tenant) => ({ tenant, keyring: product.keyring(tenant) }));
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => both[at % 2] as (typeof both)[number]).map(
      ({ tenant: { tenantId }, keyring }) => keyring.generateDataKey({ TenantId: tenantId }),
    ),
  );
  const own = events();
  const records = product.azure.log.records();
  const wrong = records.filter(({ correlationId, identity }) => {
    const event = own.find((one) => one.correlationId === correlationId);
    return `tenant-${event?.tenantId}` !== whoIs(identity.claim.oid);
  });
  expect(records).toHaveLength(20);
  expect(wrong).toEqual([]);
});
