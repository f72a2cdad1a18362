/** Onboarding, reading, listing, encryption and decryption through the handlers, as two tenants. */
import { randomBytes } from 'node:crypto';
import { expectEqual, expectProblem, expectStatus } from './expectation.ts';
import type { Harness, Run } from './harness.ts';
import type { Tenant } from './identities.ts';
import { callersView } from './key-at-rest.ts';
import { removeTenantKey } from './tenant-key.ts';

const rotationPeriodInDays = 90;
const rotating = { state: 'Enabled', rotationEnabled: true, rotationPeriodInDays };

export async function runScenario(run: Run, harness: Harness): Promise<[Tenant, Tenant]> {
  // One id is the beginning of the other: a policy that compares loosely would confuse them.
  const first = await onboard(run, harness, run.name);
  const second = await onboard(run, harness, `${run.name}-2`);
  if (first.keyArn === second.keyArn) throw new Error(`both tenants have the key ${first.keyArn}`);
  await readTenants(run, harness, first, second);
  const ciphertext = await roundTrip(run, harness, first);
  await roundTrip(run, harness, second);
  await refusals(run, harness, ciphertext, first, second);
  return [first, second];
}

async function onboard(run: Run, { api, blueprint }: Harness, tenantId: string): Promise<Tenant> {
  const { report, patience, cleanUp, caller } = run;
  const path = `/tenants/${tenantId}`;
  const body = { displayName: 'Endpoint test', rotationPeriodInDays };
  cleanUp.note(`key and alias of tenant ${tenantId} (the key is gone in 30 days)`, () =>
    removeTenantKey(caller, blueprint.table.TableName, tenantId),
  );
  const { json } = await report.step(
    `PUT ${path} onboards`,
    () => expectStatus(patience, 201, () => api.call('PUT', path, { body })),
    (answer) => answer.json.keyArn,
  );
  await report.step(`PUT ${path} again finds the same key`, async () => {
    const again = await expectStatus(patience, 200, () => api.call('PUT', path, { body }));
    expectEqual('keyArn', again.json.keyArn, json.keyArn);
  });
  return { tenantId, keyArn: json.keyArn };
}

async function readTenants(
  { report, patience, caller }: Run,
  { api }: Harness,
  first: Tenant,
  second: Tenant,
): Promise<void> {
  const get = (path: string) => expectStatus(patience, 200, () => api.call('GET', path));
  const { gaps } = await report.step(
    `GET /tenants/${first.tenantId} shows the key as KMS has it`,
    async () => {
      const view = await callersView(caller.kms, first.keyArn);
      const { json } = await get(`/tenants/${first.tenantId}`);
      expectEqual('status', json.status, 'ACTIVE');
      expectEqual('rotationPeriodInDays', json.rotationPeriodInDays, rotationPeriodInDays);
      const { state, rotationEnabled, rotationPeriodInDays: period } = json.key;
      expectEqual('key', { state, rotationEnabled, rotationPeriodInDays: period }, view.key);
      if (view.gaps.length === 0) expectEqual('key', view.key, rotating);
      return view;
    },
    ({ key }) => `${key.state}, rotation ${key.rotationEnabled ? 'on' : 'not seen'}`,
  );
  for (const gap of gaps) report.gap(gap);
  await report.step('GET /tenants lists both, a page each', async () => {
    const { json: one } = await get('/tenants?limit=1');
    const cursor = encodeURIComponent(String(one.nextCursor));
    const { json: other } = await get(`/tenants?limit=1&cursor=${cursor}`);
    const listed = [...one.tenants, ...other.tenants].map(({ tenantId }) => tenantId);
    expectEqual('tenants', listed.sort(), [first.tenantId, second.tenantId].sort());
  });
  await report.step('GET /tenants?status=ACTIVE lists both', async () => {
    const { json } = await get('/tenants?status=ACTIVE');
    expectEqual('tenants', json.tenants.length, 2);
  });
}

const encryptionContext = { purpose: 'endpoint test' };

/** @returns the message, base64 */
async function roundTrip(
  { report, patience }: Run,
  { api }: Harness,
  { tenantId }: Tenant,
): Promise<string> {
  const plaintext = randomBytes(10_000).toString('base64');
  const post = (operation: string, body: object) =>
    expectStatus(patience, 200, () =>
      api.call('POST', `/tenants/${tenantId}/${operation}`, { tenantId, body }),
    );
  const ciphertext: string = await report.step(
    `POST /tenants/${tenantId}/encrypt`,
    async () => (await post('encrypt', { plaintext, encryptionContext })).json.ciphertext,
    (message) => `10000 bytes, the message has ${Buffer.from(message, 'base64').length}`,
  );
  await report.step(`POST /tenants/${tenantId}/decrypt, byte for byte the same`, async () => {
    const { json } = await post('decrypt', { ciphertext, encryptionContext });
    if (json.plaintext !== plaintext) throw new Error('the plaintext is another');
  });
  return ciphertext;
}

async function refusals(
  { report }: Run,
  { api }: Harness,
  ciphertext: string,
  { tenantId }: Tenant,
  neighbour: Tenant,
): Promise<void> {
  const undecryptable = (what: string, whose: string, body: object) =>
    report.step(`refused: ${what}`, () =>
      expectProblem(400, 'decryption-failed', () =>
        api.call('POST', `/tenants/${whose}/decrypt`, { tenantId: whose, body }),
      ),
    );
  await undecryptable('a message with another encryption context', tenantId, {
    ciphertext,
    encryptionContext: { purpose: 'another' },
  });
  await undecryptable('a message with one bit flipped', tenantId, {
    ciphertext: flipped(ciphertext),
    encryptionContext,
  });
  await undecryptable("a tenant's message at its neighbour's path", neighbour.tenantId, {
    ciphertext,
    encryptionContext,
  });
  await report.step("refused: a neighbour's token at a tenant's path", () =>
    expectProblem(403, 'forbidden', () =>
      api.call('POST', `/tenants/${tenantId}/decrypt`, {
        tenantId: neighbour.tenantId,
        body: { ciphertext, encryptionContext },
      }),
    ),
  );
  const nobody = `${tenantId}-3`;
  await report.step('refused: a tenant that was never onboarded', () =>
    expectProblem(404, 'tenant-not-found', () =>
      api.call('POST', `/tenants/${nobody}/encrypt`, { tenantId: nobody, body: { plaintext: '' } }),
    ),
  );
}

function flipped(message: string): string {
  const bytes = Buffer.from(message, 'base64');
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  return bytes.toString('base64');
}
