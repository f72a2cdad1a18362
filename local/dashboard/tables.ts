/** Reads the template's tables in process: faults do not hit these reads, and they do not count as calls. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  allEventsIndex,
  allEventsKey,
  baselinePrefix,
  partitionKey,
} from '../../contract/table-schema.ts';
import type { Call, Service } from '../aws/operation.ts';
import { tableNamed } from '../template/stack-tables.ts';
import type { Template } from '../template/template.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface TableReader {
  /** every tenant's row, by tenant id */
  tenants(): Promise<readonly Row[]>;
  /**
   * Reads on in a list, from the newest event to the oldest.
   * @param rows looks at so many, wanted or not
   * @param after where an earlier read ended
   */
  readEvents(list: EventList, rows: number, wanted: WantedEvents, after?: Key): Promise<EventsRead>;
}

/** Events that are sorted by time: one partition of the audit table, or of its index over all of them. */
export interface EventList {
  readonly partition: string;
  readonly isOfIndex: boolean;
}

/** Of the row that was looked at last. */
export type Key = Readonly<Record<string, unknown>>;

export interface EventsRead {
  readonly rows: readonly Row[];
  /** undefined at the end of the list */
  readonly after: Key | undefined;
}

export interface WantedEvents {
  /** whether only those that did not succeed */
  readonly refused: boolean;
  /** whether the product's own looks at keys as well */
  readonly routine: boolean;
  /** a part of the ids of those whose events are wanted */
  readonly search: string;
}

interface Items {
  readonly Items?: readonly Record<string, AttributeValue>[];
  readonly LastEvaluatedKey?: Record<string, AttributeValue>;
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
    async readEvents(list, Limit, wanted, after) {
      if (audit === undefined) return { rows: [], after: undefined };
      const { Items = [], LastEvaluatedKey } = await read('Query', {
        TableName: audit,
        ...queryOf(list, wanted),
        ScanIndexForward: false,
        Limit,
        ...(after && { ExclusiveStartKey: marshall(after) }),
      });
      return {
        rows: Items.map((item) => withContext(unmarshall(item))),
        after: LastEvaluatedKey && unmarshall(LastEvaluatedKey),
      };
    },
  };
}

function queryOf({ partition, isOfIndex }: EventList, wanted: WantedEvents) {
  const { refused, routine, search } = wanted;
  const filters = [
    ...(refused ? ['#outcome <> :succeeded'] : []),
    ...(routine ? [] : ['attribute_not_exists(#routine)']),
    // Who keeps baselines in the same table may give them any attributes, those of the index too.
    ...(isOfIndex ? ['NOT begins_with(#tenant, :baselines)', 'contains(#tenant, :search)'] : []),
  ];
  return {
    ...(isOfIndex && { IndexName: allEventsIndex }),
    KeyConditionExpression: '#partition = :partition',
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ExpressionAttributeNames: {
      '#partition': isOfIndex ? allEventsKey.partition : partitionKey,
      ...(refused && { '#outcome': 'outcome' }),
      ...(!routine && { '#routine': 'routine' }),
      ...(isOfIndex && { '#tenant': partitionKey }),
    },
    ExpressionAttributeValues: marshall({
      ':partition': partition,
      ...(refused && { ':succeeded': 'succeeded' }),
      ...(isOfIndex && { ':baselines': baselinePrefix, ':search': search }),
    }),
  };
}

/** The table has the encryption context as JSON text. */
function withContext({ encryptionContext: text, ...row }: Row): Row {
  return typeof text === 'string' ? { ...row, encryptionContext: JSON.parse(text) } : row;
}
