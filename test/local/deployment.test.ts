/** A whole deployment of a small template: KMS over HTTP, its clock, and its data folder. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../local/aws/authentication/credentials.ts';
import { systemClock } from '../../local/clock.ts';
import { type Deployment, type DeploymentOptions, deploy } from '../../local/deployment.ts';
import type { Role } from '../../local/sts/role.ts';
import { readTemplate } from '../../local/template/template.ts';
import { account, document, role } from './small-template.ts';

const day = 86_400_000;
const root = { AWS: `arn:aws:iam::${account.accountId}:root` };
const allKeys = `arn:aws:kms:us-east-1:${account.accountId}:key/*`;
const template = readTemplate(
  {
    Resources: {
      ByIam: role({ Effect: 'Allow', Action: 'kms:DescribeKey', Resource: allKeys }),
      ByKeyPolicy: role(),
      SigningKey: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeySpec: 'ECC_NIST_P256',
          KeyUsage: 'SIGN_VERIFY',
          KeyPolicy: document({ Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' }),
        },
      },
    },
  },
  account,
);
const signingKey = template.identity('SigningKey').ref;

let folder = '';
const open: Deployment[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployment-'));
});
afterEach(async () => {
  for (const deployment of open.splice(0)) await deployment.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<DeploymentOptions> = {}) {
  const deployment = await deploy({ template, clock: systemClock, port: 0, ...options });
  open.push(deployment);
  const client = ({ accessKeyId, secretAccessKey, sessionToken = '' }: Credentials) =>
    new KMS({
      endpoint: deployment.url,
      region: account.region,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
  const as = (name: string) => {
    const found = [...deployment.roles.values()].find(({ arn }) => arn.endsWith(`-${name}`));
    return client(deployment.issue(found as Role, 'test'));
  };
  return { deployment, kms: client(deployment.operator), as };
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: Error) => error.name,
  );

const byKeyPolicy = JSON.stringify(
  document(
    { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: {
        AWS: [...template.ofType('AWS::IAM::Role')].map(
          ({ logicalId }) => template.identity(logicalId).attributes.Arn,
        ),
      },
      Action: ['kms:DescribeKey', 'kms:CancelKeyDeletion'],
      Resource: '*',
    },
  ),
);

describe('the time of KMS', () => {
  test('put forward brings each rotation on its date, and leaves sessions and signatures alone', async () => {
    const { deployment, kms, as } = await start();
    const { KeyId = '' } = (await kms.createKey({})).KeyMetadata ?? {};
    const session = as('ByIam');
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
    const before = (await kms.getKeyRotationStatus({ KeyId })).NextRotationDate?.getTime() ?? 0;
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    deployment.clock.advance(400 * day);
    const { Rotations = [] } = await kms.listKeyRotations({ KeyId });
    expect(Rotations.map(({ RotationDate }) => RotationDate?.getTime())).toEqual(
      [0, 90, 180, 270].map((days) => before + days * day),
    );
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(
      new Uint8Array(Buffer.from('x')),
    );
    // The session would have ended 35 days ago.
    expect((await session.describeKey({ KeyId })).KeyMetadata?.KeyId).toBe(KeyId);
    const answer = await fetch(deployment.url);
    const date = Date.parse(answer.headers.get('date') ?? '');
    expect(Math.abs(date - Date.now())).toBeLessThan(60_000);
  });

  test('after its window a key is gone: NotFound for a caller that IAM allows, AccessDenied for one that only its policy allowed', async () => {
    const { deployment, kms, as } = await start();
    const { KeyId = '' } = (await kms.createKey({ Policy: byKeyPolicy })).KeyMetadata ?? {};
    await kms.createAlias({ AliasName: 'alias/a', TargetKeyId: KeyId });
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    const describe = (client: KMS) => errorOf(client.describeKey({ KeyId }));
    deployment.clock.advance(7 * day - 60_000);
    expect([await describe(as('ByIam')), await describe(as('ByKeyPolicy'))]).toEqual([
      'none',
      'none',
    ]);
    deployment.clock.advance(60_000);
    expect([await describe(as('ByIam')), await describe(as('ByKeyPolicy'))]).toEqual([
      'NotFoundException',
      'AccessDeniedException',
    ]);
    expect(await errorOf(as('ByIam').cancelKeyDeletion({ KeyId }))).toBe('AccessDeniedException');
    expect(await errorOf(kms.cancelKeyDeletion({ KeyId }))).toBe('NotFoundException');
    expect((await kms.listAliases({})).Aliases).toEqual([]);
  });

  test('is put forward by its control endpoint', async () => {
    const { deployment } = await start();
    const answer = await fetch(`${deployment.url}/_local/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"advanceDays": 31}',
    });
    expect(await answer.json()).toMatchObject({ aheadSeconds: 31 * 86_400 });
    expect(deployment.clock.aheadMs).toBe(31 * day);
  });
});

describe('a data folder', () => {
  test('keeps keys, last uses and clock over a restart, and no material past its date', async () => {
    const dataDir = join(folder, 'data');
    const first = await start({ dataDir });
    const { KeyId = '' } = (await first.kms.createKey({})).KeyMetadata ?? {};
    const gone = (await first.kms.createKey({})).KeyMetadata?.KeyId ?? '';
    await first.kms.scheduleKeyDeletion({ KeyId: gone, PendingWindowInDays: 7 });
    first.deployment.clock.advance(8 * day);
    // At once, before anything looks it up.
    const { keys } = JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8'));
    expect(keys.map((key: { keyId: string }) => key.keyId)).not.toContain(gone);
    await first.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    await first.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    const { KeyLastUsage } = await first.kms.getKeyLastUsage({ KeyId });
    const publicKey = (await first.kms.getPublicKey({ KeyId: signingKey })).PublicKey;
    await first.deployment.close();

    const second = await start({ dataDir });
    expect(second.deployment.clock.aheadMs).toBe(8 * day);
    expect((await second.kms.getKeyLastUsage({ KeyId })).KeyLastUsage).toEqual(KeyLastUsage);
    expect((await second.kms.getPublicKey({ KeyId: signingKey })).PublicKey).toEqual(publicKey);
    expect(readdirSync(dataDir).sort()).toEqual([
      'clock.json',
      'keys.json',
      `lock.${process.pid}`,
      'tables',
    ]);
  });

  test('is for one stack at a time, and free again after it closed or failed to start', async () => {
    const dataDir = join(folder, 'data');
    const first = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(`${dataDir} is in use by process`);
    expect(await errorOf(first.kms.createKey({}))).toBe('none');
    await first.deployment.close();
    const taken = await start();
    const port = Number(new URL(taken.deployment.url).port);
    await expect(start({ dataDir, port })).rejects.toThrow('is in use');
    expect(readdirSync(dataDir)).not.toContain(`lock.${process.pid}`);
  });
});

test('a signing key of the template signs what its public key verifies', async () => {
  const { kms } = await start();
  const message = Buffer.alloc(10_000, 'erased');
  const { Signature = new Uint8Array() } = await kms.sign({
    KeyId: signingKey,
    Message: createHash('sha256').update(message).digest(),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ECDSA_SHA_256',
  });
  const { PublicKey = new Uint8Array() } = await kms.getPublicKey({ KeyId: signingKey });
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  expect(verify('sha256', message, key, Signature)).toBe(true);
});

test('quotas hold where they are asked for, and only there', async () => {
  const created = async (quotas?: boolean) => {
    const { kms } = await start({ quotas });
    const answers = Array.from({ length: 12 }, () => errorOf(kms.createKey({})));
    return (await Promise.all(answers)).filter((name) => name === 'ThrottlingException').length;
  };
  expect(await created()).toBe(0);
  expect(await created(true)).toBe(7);
});
