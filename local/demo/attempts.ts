/** The attempts of globex, and of others, to get at acme's file, whose key is in KMS. */
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import type { Credentials } from '../aws/authentication/credentials.ts';
import type { LocalStack } from '../stack.ts';
import { callApi, tokenFor } from './api.ts';
import {
  askBroker,
  configuration,
  environmentOf,
  functionNamed,
  invoked,
  roleNamed,
  sessionOf,
} from './principals.ts';

export interface Target {
  /** whose file it is, and who tries to get at it */
  readonly acme: string;
  readonly globex: string;
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
  { ciphertext, globex }: Target,
  headers?: Readonly<Record<string, string>>,
): Promise<Result> => {
  const token = await tokenFor(stack, 'tenant-keys/crypto', globex);
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
export async function refusal(call: Promise<unknown>): Promise<Result> {
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

const openAcme = (stack: LocalStack, credentials: Credentials, tagged = true) =>
  new STS(configuration(stack, credentials)).assumeRole({
    RoleArn: roleNamed(stack, 'TenantRole').arn,
    RoleSessionName: 'acme',
    ...(tagged && { Tags: [{ Key: 'TenantId', Value: 'acme' }] }),
  });

const encryptFor = (stack: LocalStack, credentials: Credentials, { keys }: Target) =>
  new KMS(configuration(stack, credentials)).encrypt({
    KeyId: keys.acme as string,
    Plaintext: Buffer.from('x'),
    EncryptionContext: { TenantId: 'acme' },
  });

/** As API Gateway would send it, had it let the request through. */
const forgedEvent = (tenantId: string, body: object) => ({
  httpMethod: 'POST',
  resource: '/tenants/{tenantId}/decrypt',
  path: `/tenants/${tenantId}/decrypt`,
  headers: { 'Content-Type': 'application/json' },
  pathParameters: { tenantId },
  requestContext: { requestId: 'forged', authorizer: { tenantId, principalId: 'demo' } },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

export const httpAttempts: readonly Attempt[] = [
  {
    name: "globex's token on acme's path",
    run: (stack, target) => decryptOverHttp(stack, target.acme, target),
  },
  {
    name: "globex's token on acme's path, with the header X-Amz-Tenant-Id: acme",
    run: (stack, target) =>
      decryptOverHttp(stack, target.acme, target, { 'X-Amz-Tenant-Id': target.acme }),
  },
  {
    name: "globex's token on its own path, acme's message, and the header X-Amz-Tenant-Id: acme",
    because:
      "the function's tenant comes from the verified token, never from a header; the message is not wrapped by globex's key",
    run: (stack, target) =>
      decryptOverHttp(stack, target.globex, target, { 'X-Amz-Tenant-Id': target.acme }),
  },
];

export const attempts: readonly Attempt[] = [
  ...httpAttempts,
  {
    name: "globex's session straight to KMS, with acme's key",
    run: async (stack, target) =>
      refusal(encryptFor(stack, await sessionOf(stack, 'globex'), target)),
  },
  {
    name: "code that runs for globex, with its environment's own credentials, asks STS for acme's session",
    run: (stack) => refusal(openAcme(stack, environmentOf(stack))),
  },
  {
    name: "the same code asks the session broker for acme's session, with globex's token",
    because: "the broker checks the token itself, and opens the session of that token's own tenant",
    run: async (stack) => {
      const { answer, requestId } = await askBroker(stack, 'globex', 'acme');
      return {
        refused: answer.outcome === 'forbidden',
        answer: JSON.stringify(answer),
        requestId,
      };
    },
  },
  {
    name: "the session broker's role, passed to another function, asks STS for acme's session",
    run: (stack) => {
      const { roleArn } = functionNamed(stack, 'session-broker');
      const passed = { ...functionNamed(stack, 'crypto'), roleArn };
      return refusal(openAcme(stack, stack.deployment.issueTo(passed)));
    },
  },
  {
    name: "an administrator invokes the data plane in acme's name, with an event of their own making",
    because: 'the function checks the token of each request itself, whatever the event says',
    run: async (stack, { ciphertext }) => {
      const event = forgedEvent('acme', { ciphertext });
      const { answer, requestId } = await invoked(stack, stack.deployment.operator, {
        bundle: 'crypto',
        tenantId: 'acme',
        event,
      });
      const { code, detail } = JSON.parse(answer.body);
      return {
        refused: answer.statusCode >= 400,
        answer: `${answer.statusCode} ${code}: ${detail}`,
        requestId,
      };
    },
  },
  {
    name: 'the session broker itself opens a session without a tag',
    run: (stack) => {
      const broker = stack.deployment.issueTo(functionNamed(stack, 'session-broker'));
      return refusal(openAcme(stack, broker, false));
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
