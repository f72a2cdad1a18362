/** The two operations of a vault, with the RSA key of the vectors. Microsoft's own vault never shows a private key. */
import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { AzureAnswer } from '../../../../lambdas/key-stores/azure-key-vault/azure-client.ts';
import { azureKeyring } from '../../../../lambdas/key-stores/azure-key-vault/azure-keyring.ts';
import type { AzureSession } from '../../../../lambdas/key-stores/azure-key-vault/entra-session.ts';
import type { Keyring } from '../../../../lambdas/key-stores/keyring.ts';

export const vaultUrl = 'https://example.vault.azure.net';

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

const vectorVault = (key: KeyObject, kid: string): AzureSession => ({
  async send({ path, body }) {
    const bytes = Buffer.from((body as { value: string }).value, 'base64url');
    const [, version, operation] = /\/([^/]*)\/(wrapkey|unwrapkey)\?/.exec(path) ?? [];
    if (operation === 'wrapkey') return answer(kid, publicEncrypt({ key, ...oaep }, bytes));
    if (!kid.endsWith(`/${version}`)) return { status: 404, code: 'KeyNotFound' };
    try {
      return answer(kid, privateDecrypt({ key, ...oaep }, bytes));
    } catch {
      return { status: 400, code: 'BadParameter' };
    }
  },
});

const answer = (kid: string, bytes: Buffer): AzureAnswer => ({
  status: 200,
  body: { kid, value: bytes.toString('base64url') },
  requestId: 'r1',
});

export const vectorKeyring = (key: KeyObject, tenantId: string, version: string): Keyring =>
  azureKeyring(vectorVault(key, `${vaultUrl}/keys/${tenantId}/${version}`), { vaultUrl, tenantId });
