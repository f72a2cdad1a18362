/** Counts on a local stack what requests, tenants and a run of the reconciler cost in calls, lines and rows. */
import type { Coefficients, Counts } from '../../operate/cost/coefficients.ts';
import { startTestStack } from './test-stack.ts';

type Requests = Pick<Coefficients, 'firstRequest' | 'coldRequest' | 'warmRequest'>;

export interface CostCounter {
  requests(): Promise<Requests>;
  /** of one call of the reconciler to KMS */
  reconcilerEventBytes(): Promise<number>;
  rows(): Promise<Pick<Coefficients, 'registryRowBytes' | 'auditRowBytes'>>;
  /** those that the functions' lines have made by now */
  metrics(): Promise<Pick<Coefficients['template'], 'lineMetrics' | 'operationMetrics'>>;
  close(): Promise<void>;
}

const tenants = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
const plaintext = Buffer.alloc(1000, 'x');

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const bytesOf = (lines: readonly string[]) => sum(lines.map((line) => Buffer.byteLength(line)));

interface MetricLine {
  readonly message: string;
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** As DynamoDB counts an item: names and values. A number or what is nested has about the size of its text. */
const sizeOf = (item: Readonly<Record<string, object>>): number =>
  sum(
    Object.entries(item).map(([name, value]) => {
      const [inner] = Object.values(value);
      return name.length + (typeof inner === 'string' ? inner : JSON.stringify(inner)).length;
    }),
  );

export async function openCostCounter(): Promise<CostCounter> {
  // Each request reads its row: otherwise the count would depend on how fast this machine is.
  const stack = await startTestStack({ registryTtlSeconds: 0 });
  const { dynamodb } = stack.administrator;
  const lines = () => stack.logs.map((line) => JSON.parse(line) as MetricLine);

  async function totals(): Promise<Counts> {
    await stack.settled();
    await stack.indexed();
    const callsOf = (service: string) =>
      stack.calls.filter(
        (call) => call.service === service && call.caller?.arn.includes(':assumed-role/'),
      ).length;
    const { Count = 0 } = await dynamodb.scan({
      TableName: stack.auditTableName,
      Select: 'COUNT',
    });
    const { events } = stack.deployment.trail;
    return {
      kmsCalls: callsOf('kms'),
      brokerCalls: callsOf('lambda'),
      stsCalls: callsOf('sts'),
      tableCalls: callsOf('dynamodb'),
      // How many lines the indexer writes depends on how many others come to it at once.
      logBytes:
        bytesOf(stack.logs.filter((line) => JSON.parse(line).message !== 'indexed')) +
        bytesOf(stack.accessLog),
      trailEvents: events.length,
      trailBytes: bytesOf(events.map((event) => JSON.stringify(event))),
      auditRows: Count,
    };
  }

  /** @returns what one of so many costs; bytes are rounded */
  async function eachOf(times: number, action: (index: number) => Promise<unknown>) {
    const before = await totals();
    for (let index = 0; index < times; index += 1) await action(index);
    const after = await totals();
    const entries = (Object.keys(before) as (keyof Counts)[]).map((name) => {
      const each = (after[name] - before[name]) / times;
      return [name, name.endsWith('Bytes') ? Math.round(each) : each];
    });
    return Object.fromEntries(entries) as unknown as Counts;
  }

  const encrypt = (index: number, context?: Record<string, string>) =>
    stack.client.encrypt(tenants[index] as string, plaintext, context);

  return {
    async requests() {
      for (const tenantId of tenants) await stack.client.onboard(tenantId);
      return {
        firstRequest: await eachOf(tenants.length, (at) => encrypt(at)),
        coldRequest: await eachOf(10, (at) => encrypt(0, { order: `${at}` })),
        warmRequest: await eachOf(20, () => encrypt(0)),
      };
    },
    async reconcilerEventBytes() {
      const { trailBytes, trailEvents } = await eachOf(1, () => stack.run('reconciler'));
      return Math.round(trailBytes / trailEvents);
    },
    async rows() {
      const averageOf = async (TableName: string) => {
        const { Items = [] } = await dynamodb.scan({ TableName });
        return Math.round(sum(Items.map(sizeOf)) / Items.length);
      };
      return {
        registryRowBytes: await averageOf(stack.tableName),
        auditRowBytes: await averageOf(stack.auditTableName),
      };
    },
    async metrics() {
      await stack.run('canary');
      await stack.run('decrypt-anomalies');
      await stack.settled();
      const named = lines().flatMap(({ message, _aws }) =>
        (_aws?.CloudWatchMetrics ?? []).flatMap(({ Dimensions, Metrics }) =>
          Dimensions.flatMap((dimensions) =>
            Metrics.map(({ Name }) => ({ of: dimensions.join(), name: Name, message })),
          ),
        ),
      );
      const namesOf = (isOperation: boolean) =>
        new Set(
          named.filter((one) => (one.of === 'operation') === isOperation).map((one) => one.name),
        );
      return { lineMetrics: namesOf(false).size, operationMetrics: namesOf(true).size };
    },
    close: stack.close,
  };
}
