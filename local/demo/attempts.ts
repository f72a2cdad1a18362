/** The attempts of globex, and of others, to get at acme's file. */
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import type { Credentials } from '../aws/authentication/credentials.ts';
import type { LocalStack } from '../stack.ts';
import type { Role } from '../sts/role.ts';
import { callApi, tokenFor } from './api.ts';

interface Target {
  /** acme's message, base64 */
  readonly ciphertext: string;
  /** tenant id -> key ARN */
  readonly keys: Readonly<Record<string, string>>;
}

export interface Result {
  readonly refused: boolean;
  readonly answer: string;
  /** of the refused call; its decision is in the decision log */
  readonly requestId: string | undefined;
}

export interface Attempt {
  readonly name: string;
  /** why it is refused, where no statement of a policy does */
  readonly because?: string;
  readonly run: (stack: LocalStack, target: Target) => Promise<Result>;
}

const decryptOverHttp = async (
  stack: LocalStack,
  tenantId: string,
  { ciphertext }: Target,
  headers?: Readonly<Record<string, string>>,
): Promise<Result> => {
  const token = await tokenFor(stack, 'tenant-keys/crypto', 'globex');
  const path = `/tenants/${tenantId}/decrypt`;
  const { status, json, requestId } = await callApi(
    stack,
    'POST',
    path,
    token,
    { ciphertext },
    headers,
  );
  return { refused: status >= 400, answer: `${status} ${json.code}: ${json.detail}`, requestId };
};

/** @param call a call to AWS that must be refused with AccessDenied */
async function refusal(call: Promise<unknown>): Promise<Result> {
  try {
    await call;
    return { refused: false, answer: 'AWS allowed it', requestId: undefined };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { requestId?: string } };
    return {
      refused: name.startsWith('AccessDenied'),
      answer: `${name}: ${message}`,
      requestId: $metadata?.requestId,
    };
  }
}

const configuration = (stack: LocalStack, credentials: Credentials) => ({
  endpoint: stack.aws,
  region: stack.region,
  credentials,
  maxAttempts: 1,
});

function roleNamed(stack: LocalStack, part: string): Role {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes(part));
  if (role === undefined) throw new Error(`the template has no role with ${part} in its name`);
  return role;
}

async function sessionOf(stack: LocalStack, tenantId: string): Promise<Credentials> {
  const dataPlane = stack.deployment.issue(roleNamed(stack, 'DataPlaneRole'), 'demo');
  const { Credentials: session } = await new STS(configuration(stack, dataPlane)).assumeRole({
    RoleArn: roleNamed(stack, 'TenantRole').arn,
    RoleSessionName: tenantId,
    Tags: [{ Key: 'TenantId', Value: tenantId }],
  });
  return {
    accessKeyId: session?.AccessKeyId as string,
    secretAccessKey: session?.SecretAccessKey as string,
    sessionToken: session?.SessionToken as string,
  };
}

const encryptFor = (stack: LocalStack, credentials: Credentials, { keys }: Target) =>
  new KMS(configuration(stack, credentials)).encrypt({
    KeyId: keys.acme as string,
    Plaintext: Buffer.from('x'),
    EncryptionContext: { TenantId: 'acme' },
  });

export const attempts: readonly Attempt[] = [
  {
    name: "globex's token on acme's path",
    run: (stack, target) => decryptOverHttp(stack, 'acme', target),
  },
  {
    name: "globex's token on acme's path, with the header X-Amz-Tenant-Id: acme",
    run: (stack, target) => decryptOverHttp(stack, 'acme', target, { 'X-Amz-Tenant-Id': 'acme' }),
  },
  {
    name: "globex's token on its own path, acme's message, and the header X-Amz-Tenant-Id: acme",
    because:
      "the function's tenant comes from the verified token, never from a header; the message is not wrapped by globex's key",
    run: (stack, target) => decryptOverHttp(stack, 'globex', target, { 'X-Amz-Tenant-Id': 'acme' }),
  },
  {
    name: "globex's session straight to KMS, with acme's key",
    run: async (stack, target) =>
      refusal(encryptFor(stack, await sessionOf(stack, 'globex'), target)),
  },
  {
    name: 'the data plane opens a session without a tag',
    run: (stack) => {
      const dataPlane = stack.deployment.issue(roleNamed(stack, 'DataPlaneRole'), 'demo');
      const call = new STS(configuration(stack, dataPlane)).assumeRole({
        RoleArn: roleNamed(stack, 'TenantRole').arn,
        RoleSessionName: 'acme',
      });
      return refusal(call);
    },
  },
  {
    name: "a session without a tag, were there one, with acme's key",
    run: (stack, target) => {
      const untagged = stack.deployment.issue(roleNamed(stack, 'TenantRole'), 'acme');
      return refusal(encryptFor(stack, untagged, target));
    },
  },
  {
    name: "an administrator with kms:* and acme's key",
    run: (stack, target) => refusal(encryptFor(stack, stack.deployment.operator, target)),
  },
];
