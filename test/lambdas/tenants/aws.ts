/** The local KMS and DynamoDB, and clients that can be made to fail, or to crash, at any call. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMS, KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type LocalKmsOptions, openLocalAws, tableName } from '../../harness/local-aws.ts';

/** Called around each call, with the name of its command. */
export interface Fault {
  /** throws, and the call is never made */
  before?(command: string): void;
  /** throws, and the answer to the call is lost */
  after?(command: string): void;
  /** like `after`, for one attempt, after which the SDK may try again */
  afterAttempt?(command: string): void;
}

export interface Clients {
  readonly kms: KMSClient;
  readonly kmsWithoutRetry: KMSClient;
  readonly table: DynamoDBDocumentClient;
}

export interface Aws {
  readonly administrator: KMS;
  clients(fault?: Fault): Clients;
  row(tenantId: string): Promise<Record<string, unknown> | undefined>;
  put(row: Record<string, unknown>): Promise<void>;
  /** ARNs of the keys that are tagged as the tenant's and not on their way out */
  keysOf(tenantId: string): Promise<string[]>;
  close(): Promise<void>;
}

/** @param options of the local KMS */
export async function openAws(options: LocalKmsOptions = {}): Promise<Aws> {
  const { configuration, close } = await openLocalAws(() => {}, options);
  const kmsClient = new KMS(configuration);
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(configuration));
  return {
    administrator: kmsClient,
    clients: (fault = {}) => ({
      kms: withFault(new KMSClient(configuration), fault),
      kmsWithoutRetry: withFault(new KMSClient({ ...configuration, maxAttempts: 1 }), fault),
      table: DynamoDBDocumentClient.from(withFault(new DynamoDBClient(configuration), fault)),
    }),
    row: async (tenantId) =>
      (await documents.send(new GetCommand({ TableName: tableName, Key: { tenantId } }))).Item,
    put: async (row) => {
      await documents.send(new PutCommand({ TableName: tableName, Item: row }));
    },
    keysOf: async (tenantId) => {
      const { Keys = [] } = await kmsClient.listKeys({ Limit: 1000 });
      const found: string[] = [];
      for (const { KeyArn } of Keys) {
        const KeyId = KeyArn as string;
        const { Tags = [] } = await kmsClient.listResourceTags({ KeyId });
        const { KeyMetadata } = await kmsClient.describeKey({ KeyId });
        const own = Tags.some((tag) => tag.TagKey === 'TenantId' && tag.TagValue === tenantId);
        if (own && KeyMetadata?.KeyState === 'Enabled') found.push(KeyId);
      }
      return found;
    },
    close,
  };
}

interface Stack {
  // biome-ignore lint/suspicious/noExplicitAny: the middlewares of every client, of whatever types
  add(middleware: any, options: object): void;
}

function withFault<C extends { readonly middlewareStack: unknown }>(client: C, fault: Fault): C {
  const stack = client.middlewareStack as Stack;
  type Next = (args: unknown) => Promise<unknown>;
  const around =
    (before?: (command: string) => void, after?: (command: string) => void) =>
    (next: Next, { commandName = '' }: { commandName?: string }) =>
    async (args: unknown) => {
      before?.(commandName);
      try {
        return await next(args);
      } finally {
        // An error of AWS is an answer too.
        after?.(commandName);
      }
    };
  // The first step is outside of the SDK's own attempts, the last is inside.
  stack.add(around(fault.before, fault.after), { step: 'initialize' });
  stack.add(around(undefined, fault.afterAttempt), { step: 'deserialize', priority: 'high' });
  return client;
}
