/** Tenants of the configuration: made at the start, used as any other, and never in the way of one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { openClient } from './client.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const tenants = [
  { tenantId: 'acme', displayName: 'Acme Corp', legalName: 'Acme Corporation' },
  { tenantId: 'globex', rotationPeriodInDays: 365 },
];

describe('declared tenants', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ tenants });
  }, 60_000);
  afterAll(() => stack.close());
  const asked = async (method: string, path: string, body?: object) => {
    const token = await stack.client.adminToken();
    return stack.client.send(method, path, { token, ...(body && { body }) });
  };

  test('are ACTIVE at the start, with keys as the control plane makes them', async () => {
    const { json } = await asked('GET', '/tenants/globex');
    expect(json).toMatchObject({
      tenantId: 'globex',
      status: 'ACTIVE',
      declared: true,
      rotationPeriodInDays: 365,
      key: { state: 'Enabled', rotationEnabled: true, rotationPeriodInDays: 365 },
    });
    const acme = await asked('GET', '/tenants/acme');
    expect(acme.json).toMatchObject({ displayName: 'Acme Corp', rotationPeriodInDays: 90 });
  });

  test('have keys that differ from those made at run time in nothing but the tenant', async () => {
    const { kms } = stack.administrator;
    const { keyArn } = await stack.client.onboard('initech');
    const declared = (await asked('GET', '/tenants/acme')).json.keyArn;
    const keyOf = async (KeyId: string, tenantId: string) => {
      const [{ Policy }, { Tags }, { KeyMetadata }, { Aliases }] = await Promise.all([
        kms.getKeyPolicy({ KeyId }),
        kms.listResourceTags({ KeyId }),
        kms.describeKey({ KeyId }),
        kms.listAliases({ KeyId }),
      ]);
      const { Description, KeySpec, KeyUsage, Origin, MultiRegion } = KeyMetadata ?? {};
      const names = Aliases?.map(({ AliasName }) => AliasName);
      const tags = [...(Tags ?? [])].sort((a, b) => ((a.TagKey ?? '') < (b.TagKey ?? '') ? -1 : 1));
      const all = { Policy, tags, names, Description, KeySpec, KeyUsage, Origin, MultiRegion };
      return JSON.stringify(all).replaceAll(tenantId, '<tenant>');
    };
    expect(await keyOf(declared, 'acme')).toBe(await keyOf(keyArn, 'initech'));
  });

  test('encrypt and decrypt, each with its own key', async () => {
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('declared'));
    const open = async (tenantId: string) =>
      stack.client.send('POST', `/tenants/${tenantId}/decrypt`, {
        token: await stack.client.tenantToken(tenantId),
        body: { ciphertext },
      });
    const opened = await open('acme');
    expect(Buffer.from(opened.json.plaintext, 'base64').toString()).toBe('declared');
    expect((await open('globex')).status).toBe(400);
  });

  test('are the same again to who onboards them, and another to who asks for another', async () => {
    const same = {
      displayName: 'Acme Corp',
      legalName: 'Acme Corporation',
      rotationPeriodInDays: 90,
    };
    expect((await asked('PUT', '/tenants/acme', same)).status).toBe(200);
    const other = { ...same, displayName: 'Acme' };
    expect((await asked('PUT', '/tenants/acme', other)).status).toBe(409);
    expect((await asked('PATCH', '/tenants/acme', { displayName: 'Acme' })).status).toBe(200);
    expect((await asked('PUT', '/tenants/acme', same)).json.displayName).toBe('Acme');
    expect((await asked('PUT', '/tenants/acme', other)).status).toBe(409);
  });

  test("log nothing of the URL of CloudFormation's answer", async () => {
    await stack.settled();
    const lines = stack.logs.filter((line) => line.includes('"requestType":"Create"'));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toMatch(/http:|ResponseURL/i);
  });
});

describe('over a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  let stack: LocalStack | undefined;
  async function restart(declared: readonly object[]): Promise<LocalStack> {
    await stack?.close();
    stack = undefined;
    stack = await startStack({
      apiPort: 0,
      awsPort: 0,
      issuerPort: 0,
      dataDir: join(folder, 'data'),
      context: { tenants: declared },
    });
    return stack;
  }
  afterAll(async () => {
    await stack?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const shown = async ({ api, issuer }: LocalStack, tenantId: string) => {
    const client = openClient({ api, issuer });
    const token = await client.adminToken();
    return (await client.send('GET', `/tenants/${tenantId}`, { token })).json;
  };

  test('a new name is taken, the key and the status stay; taken out, all stays', async () => {
    const before = await shown(await restart([{ tenantId: 'acme' }]), 'acme');
    const renamed = await restart([{ tenantId: 'acme', displayName: 'New' }]);
    const after = await shown(renamed, 'acme');
    expect(after).toMatchObject({ displayName: 'New', status: 'ACTIVE', keyArn: before.keyArn });
    const gone = await shown(await restart([]), 'acme');
    expect(gone).toMatchObject({ displayName: 'New', status: 'ACTIVE', keyArn: before.keyArn });
    expect(gone.key.state).toBe('Enabled');
  }, 120_000);

  test('a tenant that was onboarded at run time is refused, and stays as it was', async () => {
    const first = await restart([]);
    const { keyArn } = await openClient(first).onboard('initech');
    const { aws: endpoint, region, operator: credentials } = first;
    // Without the alias, which would stop CloudFormation at the key already.
    const kms = new KMS({ endpoint, region, credentials });
    await kms.deleteAlias({ AliasName: 'alias/tenant-keys/initech' });
    await expect(restart([{ tenantId: 'initech' }])).rejects.toThrow(
      `was onboarded at run time with key ${keyArn}; take it out of \`tenants\``,
    );
    const after = await shown(await restart([]), 'initech');
    expect(after).toMatchObject({ keyArn, status: 'ACTIVE' });
    expect(after).not.toHaveProperty('declared');
  }, 120_000);
});
