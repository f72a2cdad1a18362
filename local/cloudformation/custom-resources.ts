/**
 * The custom resources of a template, each with a function that CloudFormation calls. At each start the function must
 * create the resource: it answers SUCCESS to a URL on this machine.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Runtime } from '../lambda/runtime.ts';
import { listen } from '../listen.ts';
import { readProperties } from '../template/properties.ts';
import type { Account } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';
import { stackIdOf } from './service.ts';

const customResource = z.looseObject({ ServiceToken: z.string() });

export interface CustomResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly functionArn: string;
  /** as CloudFormation hands them over: every value as text */
  readonly properties: Readonly<Record<string, unknown>>;
}

export function readCustomResources(template: Template): CustomResourceDefinition[] {
  return template.ofType('Custom::DeclaredTenant').map((resource) => ({
    logicalId: resource.logicalId,
    type: resource.type,
    functionArn: readProperties(resource, customResource).ServiceToken,
    properties: asText(resource.properties) as Readonly<Record<string, unknown>>,
  }));
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}

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
export async function createCustomResources(template: Template, runtime: Runtime): Promise<void> {
  const resources = readCustomResources(template);
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
    for (const resource of resources)
      await create(template.account, resource, runtime, { url, answers });
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
  const { logicalId, type, functionArn, properties } = resource;
  const requestId = randomUUID();
  const path = `/${requestId}`;
  answers.set(path, '');
  const request = {
    RequestType: 'Create',
    StackId: stackIdOf(account),
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
