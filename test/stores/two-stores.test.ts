/** A tenant with a key in KMS and one in a real OpenBao: whatever was encrypted under the one before opens, and is moved. */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemError } from '../../client/tenant-keys.ts';
import { clientOf } from '../client/harness.ts';
import {
  acme,
  changeKeyStore,
  endPreviousKey,
  keyNames,
  restorePreviousKey,
  type StoreName,
  settles,
  stack,
  useTwoStores,
} from './two-stores.ts';

useTwoStores();

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (plaintext: Uint8Array) => Buffer.from(plaintext).toString();
const context = { document: '7' };
const ada = { id: '7', email: 'ada@example.com' };
const providers = { 'aws-kms': 'aws-kms', vault: 'hashicorp-vault' };

/** In whose memory there is no data key. */
const newClient = () => clientOf(stack).tenant('acme');
const customer = () => newClient().record({ type: 'customer', id: '7' });
const through = async (
  given: Uint8Array<ArrayBuffer>,
  pair: ReturnType<typeof acme.sealStream>,
): Promise<Buffer<ArrayBuffer>> => {
  const stream = new Blob([given]).stream().pipeThrough(pair);
  return Buffer.from(await new Response(stream).arrayBuffer());
};
const encrypted = (plaintext: string, mode?: 'direct') =>
  acme.encrypt(bytes(plaintext), { context, mode });
const providerOf = async () => (await acme.dataKey()).keyProviderId;
const macs = (purpose = 'customer/email') => acme.mac(purpose, bytes(ada.email));
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    ({ code }: ProblemError) => code,
  );

/** Whatever an app may have of a tenant. */
async function everything(isDirect: boolean) {
  const { wrapped, plaintext } = await acme.dataKey({ context });
  return {
    message: await encrypted('a message'),
    file: await through(bytes('a file'), newClient().sealStream({ context })),
    direct: isDirect ? await encrypted('direct', 'direct') : undefined,
    record: await customer().seal(ada, ['email']),
    dataKey: { wrapped, plaintext },
    hashes: await macs(),
  };
}
type Everything = Awaited<ReturnType<typeof everything>>;

async function expectAllOpen({ message, file, direct, record, dataKey, hashes }: Everything) {
  expect(text(await acme.decrypt(message, { context }))).toBe('a message');
  expect(text(await through(file, newClient().openStream({ context })))).toBe('a file');
  if (direct !== undefined) expect(text(await acme.decrypt(direct, { context }))).toBe('direct');
  expect(await customer().open(record)).toEqual(ada);
  expect(await acme.decryptDataKey(dataKey.wrapped, { context })).toEqual(dataKey.plaintext);
  expect(await macs()).toEqual(hashes);
}

/** @returns the same, under the key that encrypts now */
async function moved(old: Everything): Promise<Everything> {
  const again = async (ciphertext: Uint8Array) =>
    (await acme.reencrypt(ciphertext, { context })).ciphertext;
  const open = await customer().open(old.record);
  const { wrapped, plaintext } = await acme.dataKey({ context });
  return {
    message: await again(old.message),
    file: Buffer.from(await again(old.file)),
    direct: old.direct && (await again(old.direct)),
    record: await customer().seal(open, ['email']),
    dataKey: { wrapped, plaintext },
    hashes: old.hashes,
  };
}

async function macKeyNames() {
  const table = DynamoDBDocument.from(stack.administrator.dynamodb);
  const { Items = [] } = await table.scan({ TableName: stack.macKeyTableName });
  return Items.map(({ keyName }) => keyName as string | undefined);
}

describe.each<[StoreName, StoreName]>([
  ['aws-kms', 'vault'],
  ['vault', 'aws-kms'],
])('moved from %s to %s', (from, to) => {
  let old: Everything;
  beforeAll(async () => {
    old = await everything(from === 'aws-kms');
    await macs(`${from}/unused`);
  });

  test('all opens, and until every function knows of the change the key before encrypts', async () => {
    await changeKeyStore(to);
    await expectAllOpen(old);
    expect(await providerOf()).toBe(providers[from]);
    expect(text(await encrypted('x'))).toContain(keyNames[from]);
    expect((await acme.rewrapMacKeys()).rewrapped).toBe(0);
  });

  test('then the new key encrypts, all opens, and everything can be moved', async () => {
    await settles();
    await expectAllOpen(old);
    expect(await providerOf()).toBe(providers[to]);
    const { message, file, direct, ...kept } = old;
    for (const ciphertext of [message, file, ...(direct ? [direct] : [])]) {
      expect(await acme.inspect(ciphertext, { context })).toMatchObject({ isCurrent: false });
      expect(text(ciphertext)).not.toContain(keyNames[to]);
    }
    if (to === 'vault') {
      expect(await refusal(encrypted('x', 'direct'))).toBe('mode-needs-aws-kms');
    }
    const now = await moved({ message, file, direct, ...kept });
    for (const ciphertext of [now.message, now.file, ...(now.direct ? [now.direct] : [])]) {
      expect(await acme.inspect(ciphertext, { context })).toMatchObject({ isCurrent: true });
      expect(text(ciphertext)).toContain(keyNames[to]);
    }
    await expectAllOpen(now);

    for (let left = 1; left > 0; ) ({ left } = await acme.rewrapMacKeys());
    expect(new Set(await macKeyNames())).toEqual(new Set([keyNames[to]]));
    expect(await macs()).toEqual(old.hashes);

    await endPreviousKey();
    await expectAllOpen(now);
    for (const ciphertext of [message, file, ...(direct ? [direct] : [])]) {
      expect(await refusal(acme.decrypt(ciphertext, { context }))).toBe('decryption-failed');
    }
    expect(await refusal(acme.decryptDataKey(old.dataKey.wrapped, { context }))).toBe(
      'decryption-failed',
    );
    await expect(customer().open(old.record)).rejects.toThrow();
    expect(await macs(`${from}/unused`)).toHaveLength(1);

    await restorePreviousKey();
    await expectAllOpen(old);
    await expectAllOpen(now);
  });
});
