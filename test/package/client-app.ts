/** What a user of the package writes: run as it is by Node.js once the types are off, and checked by each compiler. */
import {
  type AuditEvent,
  DecryptionFailedError,
  ProblemError,
  type Settled,
  TenantKeys,
} from '@tenant-keys/client';

const { API: url = '', ISSUER: issuer = '' } = process.env;
const keys = new TenantKeys({
  url,
  credentials: {
    issuer,
    clientId: 'app',
    clientSecret: 'of the local stack',
    parameters: ({ tenantId }) => ({ tenant_id: tenantId }),
  },
});
await keys.tenants.onboard('acme', { displayName: 'Acme' });
const acme = keys.tenant('acme');
const context = { document: '7' };

const ciphertext: Uint8Array = await acme.encrypt(new TextEncoder().encode('hello'), { context });
const plaintext = new TextDecoder().decode(await acme.decrypt(ciphertext, { context }));
if (plaintext !== 'hello') throw new Error('another plaintext');

const results: Settled<Uint8Array>[] = await acme.decryptBatch([{ ciphertext }]);
for (const result of results) {
  if (result.status !== 'rejected') throw new Error('another context opens it');
  const { reason } = result;
  if (!(reason instanceof DecryptionFailedError && reason instanceof ProblemError)) throw reason;
  // Must be an error of the compiler's where the code is none: the union is known.
  if (reason.code !== 'decryption-failed') throw reason;
}

const record = acme.record({ type: 'customer', id: '7' });
const customer = { email: 'ann@example.com' };
const { email } = await record.open(await record.seal(customer, ['email']));
if (email !== customer.email) throw new Error('another record');

const file = new Blob([new Uint8Array(300_000)]);
const sealed = file.stream().pipeThrough(acme.sealStream({ context }));
const opened = await new Response(sealed.pipeThrough(acme.openStream({ context }))).arrayBuffer();
if (opened.byteLength !== file.size) throw new Error('another file');

const events: AuditEvent[] = [];
for await (const event of acme.audit({ limit: 10, from: new Date(0) })) {
  if (event.kind === 'kms') console.assert(event.keyArn?.startsWith('arn:'));
  events.push(event);
}
console.log(`${plaintext}, by ${process.version}`);
