/**
 * Certificates of erasure, and the public key that checks them. A function of its own, since it signs: its role may
 * sign with that one key and read rows, but reaches no tenant's key, and the control plane signs nothing.
 */
import { createHash, createPublicKey } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Certificate, signingAlgorithm } from '../contract/certificates.ts';
import { certificatesEnvironment, readEnvironment } from '../contract/environment.ts';
import { tenantNotErased, tenantNotFound } from '../contract/problem.ts';
import { callBudget } from './aws/call-budget.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { keyIsDeleted } from './aws/kms-keys.ts';
import { certificateOf, signedBytes } from './certificates/erasure-certificate.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { withThrottlingResponse } from './http/kms-throttling.ts';
import { tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { getTenant } from './tenants/registry/registry.ts';

const { TABLE_NAME: tableName, CERTIFICATE_KEY_ARN: keyArn } =
  readEnvironment(certificatesEnvironment);
const kms = new KMSClient(clientConfiguration);
kms.middlewareStack.use(callBudget('kms'));
const { requestHandler } = kms.config;
const dynamodb = new DynamoDBClient({ ...clientConfiguration, requestHandler });
const table = DynamoDBDocumentClient.from(dynamodb);
table.middlewareStack.use(callBudget('table'));

export const handler = apiHandler<'certificates'>(
  withThrottlingResponse({ erasureCertificate, certificateKey }),
);

async function erasureCertificate({ event }: ApiRequest) {
  const row = await getTenant(table, tableName, tenantOfPath(event));
  if (row === undefined) throw tenantNotFound();
  const certificate = certificateOf(row, keyArn);
  await requireDeleted(certificate.keyArn);
  const signature = await sign(certificate);
  return json<'erasureCertificate'>(200, { certificate, signature });
}

/**
 * A row says what its last writer wanted it to say, so KMS is asked as well. Of keys of another account or region its
 * NotFound shows nothing.
 * @throws Problem 409 tenant-not-erased
 */
async function requireDeleted(erasedKeyArn: string): Promise<void> {
  const ownKeys = keyArn.slice(0, keyArn.lastIndexOf('/') + 1);
  if (!erasedKeyArn.startsWith(ownKeys)) {
    throw tenantNotErased(
      'The row of the tenant names no key of this account and region. Nothing is certified.',
    );
  }
  if (await keyIsDeleted(kms, erasedKeyArn)) return;
  throw tenantNotErased('KMS still has the key of the tenant. Nothing is certified.');
}

/** Signs a digest: KMS takes messages of at most 4,096 bytes, and the ids of a key's materials may be longer. */
async function sign(certificate: Certificate): Promise<string> {
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: keyArn,
      MessageType: 'DIGEST',
      Message: createHash('sha256').update(signedBytes(certificate)).digest(),
      SigningAlgorithm: signingAlgorithm,
    }),
  );
  if (Signature === undefined) throw new Error('KMS gave no signature');
  return Buffer.from(Signature).toString('base64');
}

async function certificateKey() {
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  if (PublicKey === undefined) throw new Error('KMS gave no public key');
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const publicKey = key.export({ format: 'pem', type: 'spki' }).toString();
  return json<'certificateKey'>(200, { keyArn, signingAlgorithm, publicKey });
}
