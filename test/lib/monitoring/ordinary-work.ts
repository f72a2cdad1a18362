/** What the product itself does in a day, by real requests. */
import type { Day } from './day.ts';

export async function ordinaryWork(day: Day): Promise<void> {
  const { stack, control } = day;
  const { client } = stack;
  const post = async (tenantId: string, operation: string, body: object) =>
    client.send('POST', `/tenants/${tenantId}/${operation}`, {
      token: await client.tenantToken(tenantId),
      body,
    });
  await day.during('tenants are onboarded', async () => {
    for (const tenantId of ['acme', 'globex', 'initech']) await client.onboard(tenantId);
  });
  await day.during('messages are encrypted and decrypted', async () => {
    const ciphertext = await client.encrypt('acme', Buffer.from('x'), { purpose: 'test' });
    await post('acme', 'decrypt', { ciphertext, encryptionContext: { purpose: 'test' } });
    await post('acme', 'reencrypt', { ciphertext, encryptionContext: { purpose: 'test' } });
    await post('acme', 'inspect', { ciphertext });
    await post('acme', 'data-keys', {});
  });
  await day.during('a caller gives a wrong context, directly to KMS', async () => {
    const encrypted = await post('acme', 'encrypt', { plaintext: 'eA==', mode: 'direct' });
    const { ciphertext } = encrypted.json;
    await post('acme', 'decrypt', { ciphertext, encryptionContext: { wrong: 'x' } });
  });
  await day.during('a key is rotated', () => control.post('acme', 'key/rotations'));
  await day.during('a tenant is suspended, asks, and is resumed', async () => {
    await control.post('globex', 'suspend');
    await post('globex', 'encrypt', { plaintext: 'eA==' });
    await control.post('globex', 'resume');
  });
  await day.during('a tenant is offboarded, restored, and offboarded', async () => {
    await control.offboard('initech');
    await control.post('initech', 'restore');
    await control.offboard('initech');
  });
  await day.during('the reconciler runs, and finds nothing', () => stack.run('reconciler'));
}
