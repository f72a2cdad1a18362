/**
 * CloudFormation's part in a template's custom resources: at each start the function of each is told to
 * create it, and must answer SUCCESS to a URL on this machine.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Runtime } from './lambda/runtime.ts';
import { listen } from './listen.ts';
import type { CustomResourceDefinition } from './template/custom-resources.ts';
import type { Account } from './template/resource-types.ts';

const response = z.strictObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().min(1),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});
type Response = z.output<typeof response>;

/** @throws Error with the reason of the first resource that failed */
export async function createCustomResources(
  account: Account,
  resources: readonly CustomResourceDefinition[],
  runtime: Runtime,
): Promise<void> {
  if (resources.length === 0) return;
  const answers = new Map<string, string>();
  const server = createServer((request, reply) => {
    receive(request, answers).then(
      (status) => reply.writeHead(status).end(),
      () => request.destroy(),
    );
  });
  const { url, close } = await listen(server, 0);
  try {
    for (const resource of resources) await create(account, resource, runtime, { url, answers });
  } finally {
    await close();
  }
}

async function receive(request: IncomingMessage, answers: Map<string, string>): Promise<number> {
  const path = request.url ?? '';
  if (request.method !== 'PUT' || !answers.has(path)) return 403;
  // A presigned URL of S3 is signed for no content type.
  if (request.headers['content-type']) return 403;
  answers.set(path, await text(request));
  return 200;
}

interface Mailbox {
  readonly url: string;
  /** path -> what was put there, empty until then */
  readonly answers: Map<string, string>;
}

async function create(
  account: Account,
  resource: CustomResourceDefinition,
  runtime: Runtime,
  { url, answers }: Mailbox,
): Promise<void> {
  const { partition, region, accountId, stackName } = account;
  const { logicalId, type, functionArn, properties } = resource;
  const requestId = randomUUID();
  const path = `/${requestId}`;
  answers.set(path, '');
  const request = {
    RequestType: 'Create',
    StackId: `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
    RequestId: requestId,
    LogicalResourceId: logicalId,
  };
  await runtime.invoke(functionArn, {
    ...request,
    ResponseURL: `${url}${path}`,
    ServiceToken: functionArn,
    ResourceType: type,
    ResourceProperties: properties,
  });
  const { Status, Reason } = parse(logicalId, answers.get(path) ?? '', request);
  if (Status === 'FAILED') throw new Error(`${logicalId} (${type}): ${Reason ?? 'FAILED'}`);
}

function parse(
  logicalId: string,
  answer: string,
  { StackId, RequestId, LogicalResourceId }: Omit<Response, 'Status' | 'PhysicalResourceId'>,
): Response {
  if (answer === '') throw new Error(`${logicalId}: its function gave CloudFormation no answer`);
  const parsed = response.parse(JSON.parse(answer));
  const echoed = { StackId, RequestId, LogicalResourceId };
  for (const [name, value] of Object.entries(echoed)) {
    if (parsed[name as keyof Response] === value) continue;
    throw new Error(`${logicalId}: its function's answer has another ${name}`);
  }
  return parsed;
}
