/** The newest events of the audit table: of all tenants, of those that were searched for, or of one. */
import {
  allEventsKey,
  allEventsShards,
  expiryAttribute,
  stackPartition,
} from '../../contract/table-schema.ts';
import type { EventList, Key, Row, TableReader, WantedEvents } from './tables.ts';

/** So many are shown at most. */
export const newestCount = 200;

/** Of each list; a read looks at so many rows, and what is wanted may be rare among them. */
const mostReads = 8;
const rowsAtOnce = 500;

export interface EventQuery extends WantedEvents {
  /** the events of one tenant alone */
  readonly tenantId: string | undefined;
}

export const readEventQuery = (query: URLSearchParams): EventQuery => ({
  tenantId: query.get('tenantId') ?? undefined,
  search: query.get('search') ?? '',
  refused: query.get('refused') === 'true',
  routine: query.get('routine') === 'true',
});

/** @returns events with their tenants, newest first */
export async function newestEvents(tables: TableReader, query: EventQuery): Promise<Row[]> {
  const rows = await newestOf(tables, await listsOf(tables, query), query);
  return rows.map((row) => {
    const event: Record<string, unknown> = { ...row };
    for (const name of ofTheRow) delete event[name];
    return event;
  });
}

/** What is no event's. */
const ofTheRow = [expiryAttribute, allEventsKey.partition, allEventsKey.sort];

/** Of a few tenants their own partitions are read, where nobody else's events are among theirs. */
async function listsOf(tables: TableReader, query: EventQuery): Promise<EventList[]> {
  const { tenantId, search } = query;
  const partition = (name: string) => ({ partition: name, isOfIndex: false });
  if (tenantId !== undefined) return [partition(tenantId)];
  const all = allEventsShards.map((shard) => ({ partition: shard, isOfIndex: true }));
  if (search === '') return all;
  const ids = (await tables.tenants()).map((row) => String(row.tenantId));
  const found = [...ids, stackPartition].filter((id) => id.includes(search));
  return found.length <= all.length ? found.map(partition) : all;
}

interface List {
  readonly of: EventList;
  readonly rows: Row[];
  /** the row that was looked at last */
  after: Key | undefined;
  isOver: boolean;
}

/** As of one list: each is read on as long as it may have events that are newer than the oldest that is shown. */
async function newestOf(
  tables: TableReader,
  lists: readonly EventList[],
  wanted: WantedEvents,
): Promise<Row[]> {
  const all = lists.map((of): List => ({ of, rows: [], after: undefined, isOver: false }));
  const merged = () =>
    all
      .flatMap(({ rows }) => rows)
      .sort((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1))
      .slice(0, newestCount);
  const unfinished = (shown: readonly Row[]) => {
    const oldest = shown.length < newestCount ? '' : orderOf(shown.at(-1) as Row);
    return all.filter(({ isOver, after }) => !isOver && (!after || orderOf(after) > oldest));
  };
  for (let reads = 0; reads < mostReads; reads += 1) {
    // A list has more of the newest than its share, and then it need not be read again.
    const share = Math.ceil((2 * newestCount) / all.length) + 10;
    const count = reads === 0 ? Math.min(share, rowsAtOnce) : rowsAtOnce;
    await Promise.all(unfinished(merged()).map((list) => readOn(tables, list, count, wanted)));
  }
  const shown = merged();
  // Before that moment something may be missing that was not read.
  const readTo = unfinished(shown).map(({ after }) => orderOf(after as Key));
  return shown.filter((row) => readTo.every((order) => orderOf(row) >= order));
}

async function readOn(
  tables: TableReader,
  list: List,
  count: number,
  wanted: WantedEvents,
): Promise<void> {
  const { rows, after } = await tables.readEvents(list.of, count, wanted, list.after);
  list.rows.push(...rows);
  list.after = after;
  list.isOver = after === undefined;
}

/** By time; no two rows have the same. */
const orderOf = ({ eventKey, tenantId }: Key): string => `${eventKey}/${tenantId}`;
