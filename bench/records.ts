/**
 * 1,000 records of three fields, against a message for each field: requests, calls of KMS and bytes over HTTP through the whole stack, and
 * the CPU of a field in a process of its own.
 */
import { TenantKeys } from '../client/tenant-keys.ts';
import { CpuCosts, type Samples } from './cpu.ts';
import { measuredBy } from './measuring-process.ts';
import type { BenchStack } from './stack.ts';

/** What the measuring process says: the cost of each step, and of how many fields. */
export interface RecordsMessage {
  readonly samples: Samples;
  readonly fields: number;
}

export interface RecordsRow {
  readonly what: string;
  readonly requests: number;
  readonly kmsCalls: number;
  /** above the texts, of a field: of a record with a third of the header */
  readonly bytes: number;
}

export interface RecordsCost {
  readonly records: RecordsRow;
  readonly messages: RecordsRow;
  /** of a ciphertext above its text, without the header */
  readonly fieldBytes: number;
  readonly cpu: CpuCosts;
  /** in one call of a step */
  readonly fields: number;
}

export interface Customer extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly address: { readonly street: string; readonly country: string };
}

export const fieldPaths = ['email', 'name', 'address.street'] as const;

export const customersOf = (count: number): Customer[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `${n}`,
    email: `customer-${n}@example.com`,
    name: `Customer ${n}`,
    address: { street: `${n} Main Street`, country: 'NL' },
  }));

export const fieldsOf = ({ email, name, address }: Customer): readonly string[] => [
  email,
  name,
  address.street,
];

const count = 1000;

export async function measureRecords(stack: BenchStack, rounds: number): Promise<RecordsCost> {
  const { records, messages, fieldBytes } = await countCalls(stack);
  const { samples, fields } = await measuredBy<RecordsMessage>('records-process.ts', {
    ROUNDS: String(rounds),
  });
  return { records, messages, fieldBytes, cpu: new CpuCosts(samples), fields };
}

async function countCalls(stack: BenchStack) {
  const { tenantId, token } = await stack.onboard('records');
  let requests = 0;
  const onAnswer = () => {
    requests += 1;
  };
  const client = () => new TenantKeys({ url: stack.local.api, token, onAnswer }).tenant(tenantId);
  const counted = async <T>(what: string, work: () => Promise<T>, bytesOf: (done: T) => number) => {
    requests = 0;
    const { counts, result } = await stack.counted(work);
    const bytes = (bytesOf(result) - textBytes) / texts.length;
    return { what, requests, kmsCalls: counts.kms, bytes };
  };
  const customers = customersOf(count);
  const texts = customers.flatMap(fieldsOf).map((text) => Buffer.from(text));
  const textBytes = texts.reduce((sum, { length }) => sum + length, 0);
  let fieldBytes = 0;
  const records = await counted(
    'records',
    () => client().records({ type: 'customer', id: 'id' }).sealAll(customers, fieldPaths),
    (items) => {
      const ofFields = sum((items as unknown as Customer[]).flatMap(fieldsOf));
      fieldBytes = (ofFields - textBytes) / texts.length;
      return ofFields + sum(items.map(({ $sealed }) => $sealed));
    },
  );
  const messages = await counted(
    'a message a field, in batches',
    () => client().encryptBatch(texts.map((plaintext) => ({ plaintext }))),
    (results) => sum(results.map((one) => (one.status === 'fulfilled' ? one.value : undefined))),
  );
  return { records, messages, fieldBytes };
}

/** @throws Error where one is no ciphertext */
const sum = (ciphertexts: readonly unknown[]): number =>
  ciphertexts.reduce<number>((all, one) => {
    if (!(one instanceof Uint8Array)) throw new Error('a field was not sealed');
    return all + one.length;
  }, 0);
