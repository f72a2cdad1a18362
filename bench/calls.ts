/** How many calls of AWS requests to the API cost, by the local endpoint's own record of them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import {
  AlgorithmSuiteIdentifier,
  buildEncrypt,
  CommitmentPolicy,
  KmsKeyringNode,
} from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { bundle } from '../lib/functions/bundle.ts';
import type { Caller } from './caller.ts';
import { type BenchStack, type BenchTenant, type CallCounts, defaultLimits } from './stack.ts';

export interface CallsRow {
  readonly what: string;
  readonly counts: CallCounts;
}

export interface Calls {
  readonly encrypts: CallCounts;
  readonly coldDecrypts: CallCounts;
  readonly rows: readonly CallsRow[];
}

/** What the process of the concurrent decrypts is told besides what Lambda tells the function. */
export interface ColdVariables {
  readonly TENANT_ID: string;
  readonly TOKEN: string;
  readonly CRYPTO_BUNDLE: string;
  readonly CIPHERTEXT: string;
  readonly CONCURRENT: string;
}

const requests = 1000;
const connections = 50;
const concurrent = 3000;

/** Over HTTP through the whole stack, but for the concurrent ones. */
export async function countCalls(stack: BenchStack, caller: Caller): Promise<Calls> {
  const tenant = await stack.onboard('calls');
  const ofThousand = async (what: string, operation: string, bodies: readonly object[]) => {
    const { counts, result } = await stack.counted(() =>
      caller.post(tenant, operation, bodies, connections),
    );
    return { row: { what, counts }, answers: result.answers };
  };
  const plaintext = Buffer.alloc(1000, 'tenant-keys ').toString('base64');
  const alike = Array.from({ length: requests }, () => ({ plaintext }));
  const first = await ofThousand('encrypt, from a cold start', 'encrypt', alike);
  const next = await ofThousand('encrypt, the next', 'encrypt', alike);
  const ofOneKey = await ofThousand(
    'decrypt, one data key',
    'decrypt',
    first.answers.map((answer) => JSON.parse(answer)),
  );

  const distinct = Array.from({ length: requests }, (_, at) => ({ order: `${at}` }));
  const encrypted = await ofThousand(
    'encrypt, 1,000 contexts, first',
    'encrypt',
    distinct.map((encryptionContext) => ({ plaintext, encryptionContext })),
  );
  const messages = encrypted.answers.map((answer, at) => ({
    ...JSON.parse(answer),
    encryptionContext: distinct[at],
  }));
  const ofManyKeys = await ofThousand('decrypt, 1,000 data keys, first', 'decrypt', messages);
  const again = await ofThousand('decrypt, 1,000 data keys, again', 'decrypt', messages);
  const coldDecrypts = await decryptConcurrently(stack);
  return {
    encrypts: first.row.counts,
    coldDecrypts,
    rows: [
      ...[first, next, ofOneKey, encrypted, ofManyKeys, again].map(({ row }) => row),
      { what: '3,000 concurrent cold decrypts', counts: coldDecrypts },
    ],
  };
}

/**
 * Of one message, which was made elsewhere. In process: over HTTP the local stack, which is API Gateway and
 * AWS in one thread, would keep the function waiting longer than its clients wait for AWS.
 */
async function decryptConcurrently(stack: BenchStack): Promise<CallCounts> {
  const tenant = await stack.onboard('cold');
  const ciphertext = (await encryptElsewhere(stack, tenant)).toString('base64');
  const folder = bundle('crypto');
  try {
    const env = {
      ...(await stack.functionVariables()),
      ...defaultLimits,
      TENANT_ID: tenant.tenantId,
      TOKEN: tenant.token,
      CRYPTO_BUNDLE: `${folder}/crypto.mjs`,
      CIPHERTEXT: ciphertext,
      CONCURRENT: String(concurrent),
    } satisfies ColdVariables & Record<string, string>;
    return (await stack.counted(() => coldProcess(env))).counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function coldProcess(env: Record<string, string>): Promise<void> {
  const child = fork(new URL('cold-process.ts', import.meta.url), {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`one of ${concurrent} concurrent decrypts failed`);
}

async function encryptElsewhere(stack: BenchStack, tenant: BenchTenant): Promise<Buffer> {
  const { aws: endpoint, region } = stack.local;
  const { tenantId, keyArn } = tenant;
  const kms = new KMS({ endpoint, region, credentials: stack.sessionOf(tenantId) });
  // Its types do not know exactOptionalPropertyTypes.
  const clientProvider = () => kms as never;
  const keyring = new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider });
  const { encrypt } = buildEncrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const { result } = await encrypt(keyring, Buffer.from('cold'), {
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    encryptionContext: { TenantId: tenantId },
  });
  kms.destroy();
  return result;
}
