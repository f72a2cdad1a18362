/** Stacks one after the other over the same data, as deployments of one account are. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTable, type TableDefinition } from '../../local/dynamodb/create-table.ts';
import { openDynalite } from '../../local/dynamodb/dynalite.ts';
import { readTables } from '../../local/dynamodb/template.ts';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import { startControl } from './control.ts';

type Running = Awaited<ReturnType<typeof startControl>>;

export interface Finding {
  readonly kind: string;
  readonly tenantId?: string;
  readonly outcome: string;
  readonly detail: string;
}

/** @param name of the drill */
export function keptData(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `tenant-keys-${name}-`));
  const dataDir = join(folder, 'data');
  let running: Running | undefined;
  const stop = async () => {
    await running?.stack.close();
    running = undefined;
  };
  return {
    dataDir,
    stop,
    /** @param newStack whether the stack before was deleted */
    async start(context: object = {}, newStack = false): Promise<Running> {
      await stop();
      running = await startControl({ ...context }, { dataDir, newStack });
      return running;
    },
    /** Makes every key older, since the reconciler leaves young ones alone. Only while no stack runs. */
    age(hours: number): void {
      const file = join(dataDir, 'keys.json');
      const state = JSON.parse(readFileSync(file, 'utf8'));
      for (const key of state.keys) key.createdAt -= hours * 3_600_000;
      writeFileSync(file, JSON.stringify(state));
    },
    async remove(): Promise<void> {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One run of the reconciler. @returns its findings, sorted by tenant */
export async function reconciled({ stack }: Running): Promise<Finding[]> {
  const summary = (await stack.run('reconciler')) as { readonly found: readonly Finding[] };
  return summary.found.toSorted((a, b) => (a.tenantId ?? '').localeCompare(b.tenantId ?? ''));
}

/** As `tenant kind outcome`. */
export const inShort = (findings: readonly Finding[]) =>
  findings.map(({ tenantId, kind, outcome }) => `${tenantId} ${kind} ${outcome}`);

/**
 * Does what DynamoDB's restore to a point in time does: a new table with keys and indexes of the other, and with the rows
 * that it had then. Only while no stack runs.
 */
export async function restoreTable(
  dataDir: string,
  name: string,
  rows: readonly Record<string, AttributeValue>[],
): Promise<void> {
  const template = readTemplate({ ...(await synthesizedTemplate()) }, localAccount);
  const ofTenants = readTables(template).find(({ TableName }) => TableName.includes('TenantTable'));
  const dynalite = await openDynalite({ ...localAccount, path: join(dataDir, 'tables') });
  try {
    await createTable(dynalite, { ...(ofTenants as TableDefinition), TableName: name });
    for (const Item of rows) {
      await dynalite.run('PutItem', dynalite.check('PutItem', { TableName: name, Item }));
    }
  } finally {
    await dynalite.close();
  }
}
