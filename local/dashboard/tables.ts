/** Reads the template's tables in process: faults do not hit these reads, and they do not count as calls. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Call, Service } from '../aws/operation.ts';
import type { Template } from '../template/template.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface TableReader {
  /** every tenant's row, by tenant id */
  tenants(): Promise<readonly Row[]>;
  /** @returns a partition's newest rows of the audit table that are wanted, newest first */
  newestEvents(partition: string, limit: number, wanted: WantedEvents): Promise<readonly Row[]>;
}

export interface WantedEvents {
  /** whether only those that did not succeed */
  readonly refused: boolean;
  /** whether the product's own looks at keys as well */
  readonly routine: boolean;
}

interface Items {
  readonly Items?: readonly Record<string, AttributeValue>[];
  readonly LastEvaluatedKey?: object;
}

/** @param call a new call for each read, of a caller who may read every table */
export function tablesOf(template: Template, dynamodb: Service, call: () => Call): TableReader {
  const registry = tableNamed(template, 'TenantTable');
  const audit = tableNamed(template, 'AuditTable');
  const read = async (operation: 'Scan' | 'Query', input: object): Promise<Items> =>
    (await dynamodb.operations[operation]?.({ ...input }, call())) ?? {};

  async function everyRow(TableName: string): Promise<Row[]> {
    const rows: Row[] = [];
    let from: object | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await read('Scan', {
        TableName,
        ...(from && { ExclusiveStartKey: from }),
      });
      rows.push(...Items.map((item) => unmarshall(item)));
      from = LastEvaluatedKey;
    } while (from !== undefined);
    return rows;
  }

  return {
    async tenants() {
      const rows = registry === undefined ? [] : await everyRow(registry);
      return rows.sort((a, b) => (String(a.tenantId) < String(b.tenantId) ? -1 : 1));
    },
    async newestEvents(partition, limit, wanted) {
      if (audit === undefined) return [];
      const rows: Row[] = [];
      let from: object | undefined;
      for (let reads = 0; reads < mostReads && rows.length < limit; reads += 1) {
        const query = newestQuery(audit, partition, wanted);
        const { Items = [], LastEvaluatedKey } = await read('Query', {
          ...query,
          ...(from && { ExclusiveStartKey: from }),
        });
        rows.push(...Items.map((item) => withContext(unmarshall(item))));
        from = LastEvaluatedKey;
        if (from === undefined) break;
      }
      return rows.slice(0, limit);
    },
  };
}

/** A read looks at so many rows; what is wanted may be rare among them. */
const rowsAtOnce = 500;
const mostReads = 8;

function newestQuery(TableName: string, partition: string, { refused, routine }: WantedEvents) {
  const filters = [
    ...(refused ? ['#outcome <> :succeeded'] : []),
    ...(routine ? [] : ['attribute_not_exists(#routine)']),
  ];
  return {
    TableName,
    KeyConditionExpression: 'tenantId = :partition',
    ExpressionAttributeValues: {
      ':partition': { S: partition },
      ...(refused && { ':succeeded': { S: 'succeeded' } }),
    },
    ...(filters.length > 0 && {
      FilterExpression: filters.join(' AND '),
      ExpressionAttributeNames: {
        ...(refused && { '#outcome': 'outcome' }),
        ...(!routine && { '#routine': 'routine' }),
      },
    }),
    ScanIndexForward: false,
    Limit: rowsAtOnce,
  };
}

/** The table has the encryption context as JSON text. */
function withContext({ encryptionContext: text, ...row }: Row): Row {
  return typeof text === 'string' ? { ...row, encryptionContext: JSON.parse(text) } : row;
}

/** @returns the name of the table whose logical id begins so, if the template has one */
function tableNamed(template: Template, prefix: string): string | undefined {
  const table = template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId.startsWith(prefix));
  return table && template.identity(table.logicalId).ref;
}
