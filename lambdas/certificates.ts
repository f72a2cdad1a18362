/**
 * Certificates of erasure, and the public keys that check them. A function of its own, since it signs: its role may
 * sign with these keys and read rows, but reaches no tenant's key, and the control plane signs nothing.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  type Certificate,
  keySpecs,
  type Signature,
  type SigningAlgorithm,
} from '../contract/certificates.ts';
import { certificatesEnvironment, readEnvironment } from '../contract/environment.ts';
import { defaultKeyStore } from '../contract/key-stores.ts';
import {
  keyStoreUnavailable,
  keyUnusable,
  tenantNotErased,
  tenantNotFound,
} from '../contract/problem.ts';
import { callBudget } from './aws/call-budget.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { isKeyStateError } from './aws/errors.ts';
import { keyIsDeleted } from './aws/kms-keys.ts';
import { statementOf } from './certificates/canonical-json.ts';
import { certificateOf } from './certificates/erasure-certificate.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { withThrottlingResponse } from './http/kms-throttling.ts';
import { tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { getTenant } from './tenants/registry/registry.ts';
import { keyStoreOf, type TenantRow } from './tenants/registry/tenant-row.ts';

const environment = readEnvironment(certificatesEnvironment);
const kms = new KMSClient(clientConfiguration);
kms.middlewareStack.use(callBudget('kms'));
const { requestHandler } = kms.config;
const dynamodb = new DynamoDBClient({ ...clientConfiguration, requestHandler });
const table = DynamoDBDocumentClient.from(dynamodb);
table.middlewareStack.use(callBudget('table'));

interface SigningKey {
  readonly signingAlgorithm: SigningAlgorithm;
  readonly keyArn: string;
}

const { CERTIFICATE_KEY_ARN, POST_QUANTUM_KEY_ARN, TRAIL_ARN, TRAIL_BUCKET_NAME } = environment;
const signingKeys: readonly SigningKey[] = [
  { signingAlgorithm: 'ECDSA_SHA_256', keyArn: CERTIFICATE_KEY_ARN },
  ...(POST_QUANTUM_KEY_ARN === undefined
    ? []
    : [{ signingAlgorithm: 'ML_DSA_SHAKE_256', keyArn: POST_QUANTUM_KEY_ARN } as const]),
];
const trail =
  TRAIL_ARN === undefined || TRAIL_BUCKET_NAME === undefined
    ? undefined
    : { trailArn: TRAIL_ARN, bucketName: TRAIL_BUCKET_NAME };
/** All keys of this account and region. */
const ownKeys = CERTIFICATE_KEY_ARN.slice(0, CERTIFICATE_KEY_ARN.lastIndexOf('/') + 1);
const [, , , region = '', accountId = ''] = CERTIFICATE_KEY_ARN.split(':');

export const handler = apiHandler<'certificates'>(
  withThrottlingResponse({ erasureCertificate, certificateKey }),
);

async function erasureCertificate({ event }: ApiRequest) {
  const row = await getTenant(table, environment.TABLE_NAME, tenantOfPath(event));
  if (row === undefined) throw tenantNotFound();
  const certificate = certificateOf(row, {
    issuedFor: { accountId, region, stackName: environment.STACK_NAME },
    signingKeys: [...signingKeys],
    trail,
    auditRetentionDays: environment.AUDIT_RETENTION_DAYS,
    now: Date.now(),
  });
  await requireDeleted(row);
  for (const { keyStore, keyArn, keyName } of row.formerKeys ?? []) {
    await requireDeleted({ ...row, keyStore, keyArn, keyName });
  }
  const signatures = await bySigningKeys((key) => sign(key, certificate));
  return json<'erasureCertificate'>(200, { certificate, signatures });
}

/**
 * A row says what its last writer wanted it to say, so KMS is asked as well. Of keys of another account or region its
 * NotFound shows nothing.
 * @throws Problem 409 tenant-not-erased
 */
async function requireDeleted(row: TenantRow): Promise<void> {
  if (keyStoreOf(row) !== defaultKeyStore) return requireDeletedInStore(row);
  const { keyArn = '' } = row;
  if (!keyArn.startsWith(ownKeys)) {
    throw tenantNotErased(
      'The row of the tenant names no key of this account and region. Nothing is certified.',
    );
  }
  if (await keyIsDeleted(kms, keyArn)) return;
  throw tenantNotErased('KMS still has the key of the tenant. Nothing is certified.');
}

/** @throws Problem 409 tenant-not-erased, 503 key-store-unavailable */
async function requireDeletedInStore(row: TenantRow): Promise<void> {
  // It is the tenant's, and stays: the certificate says so, and there is nothing to ask for.
  if (keyStoreOf(row) === 'aws-kms-external') return;
  const isDeleted = await isDeletedInStore(row);
  if (isDeleted) return;
  throw tenantNotErased(
    isDeleted === undefined
      ? "The row of the tenant names no key of the tenant's in this key store. Nothing is certified."
      : 'The key store still has the key of the tenant. Nothing is certified.',
  );
}

/**
 * @returns undefined where the row names another key than the tenant's
 * @throws Problem 503 key-store-unavailable
 */
async function isDeletedInStore(row: TenantRow): Promise<boolean | undefined> {
  const keyStore = keyStoreOf(row);
  const { vault, azureKeyVault } = environment.KEY_STORES ?? {};
  const { tenantId, keyName = '' } = row;
  if (keyStore === 'vault' && vault !== undefined) {
    const { vaultKeyIsDeleted } = await import('./key-stores/vault/vault-erasure.ts');
    return vaultKeyIsDeleted(vault, { tenantId, keyName }, environment.SESSION_BROKER_NAME);
  }
  if (keyStore === 'azure-key-vault' && azureKeyVault !== undefined) {
    const { azureKeyIsDeleted } = await import('./key-stores/azure-key-vault/azure-erasure.ts');
    return azureKeyIsDeleted(azureKeyVault, { tenantId, keyName });
  }
  throw keyStoreUnavailable(keyStore);
}

async function sign(key: SigningKey, certificate: Certificate): Promise<Signature> {
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: key.keyArn,
      MessageType: 'RAW',
      Message: statementOf(certificate),
      SigningAlgorithm: key.signingAlgorithm,
    }),
  );
  if (Signature === undefined) throw new Error('KMS gave no signature');
  return { ...key, signature: Buffer.from(Signature).toString('base64') };
}

/** KMS says in which state a key is, not whose it is. */
async function bySigningKeys<T>(ask: (key: SigningKey) => Promise<T>): Promise<T[]> {
  try {
    return await Promise.all(signingKeys.map(ask));
  } catch (error) {
    if (!isKeyStateError(error)) throw error;
    throw keyUnusable(
      'A key that signs certificates is disabled or pending deletion. An administrator must enable it in KMS.',
    );
  }
}

async function certificateKey() {
  const keys = await bySigningKeys(async (key) => {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: key.keyArn }));
    if (PublicKey === undefined) throw new Error('KMS gave no public key');
    return { ...key, keySpec: keySpecs[key.signingAlgorithm], publicKey: pem(PublicKey) };
  });
  return json<'certificateKey'>(200, { keys });
}

/** RFC 7468, section 13: KMS gives the SubjectPublicKeyInfo in DER. */
function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}
