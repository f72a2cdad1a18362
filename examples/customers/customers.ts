/**
 * A tenant's customers: a row each in SQLite, of which mail address and phone are sealed, and their documents as sealed
 * files in a folder. A customer is found again by the mail address, which the database never has in the clear.
 */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { TenantKeys } from '@tenant-keys/client';
import { openFile, sealFile } from '@tenant-keys/client/node';
import { credentials, dataFolder, tenantId, url } from './settings.ts';

const tenant = new TenantKeys({ url, credentials }).tenant(tenantId);
const records = tenant.records({ type: 'customer', id: 'id' });

const folder = join(dataFolder, tenantId);
mkdirSync(folder, { recursive: true });
const database = new DatabaseSync(join(folder, 'customers.sqlite'));
database.exec(`CREATE TABLE IF NOT EXISTS customers (
  id TEXT PRIMARY KEY, name TEXT,
  email BLOB, phone BLOB, "email$index" TEXT, "$sealed" BLOB
)`);
database.exec('CREATE INDEX IF NOT EXISTS by_email ON customers ("email$index")');

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

export async function add(customer: Customer): Promise<void> {
  const [row] = await records.sealAll([{ ...customer }], ['email', 'phone'], { index: ['email'] });
  database
    .prepare('INSERT INTO customers VALUES (:id, :name, :email, :phone, :email$index, $sealed)')
    .run(row as Record<string, SQLInputValue>);
}

export async function findByEmail(email: string): Promise<unknown[]> {
  const indexes = await records.lookup('email', email);
  const rows = database
    .prepare('SELECT * FROM customers WHERE "email$index" IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(indexes));
  return await records.openAll(rows);
}

/** Each document is bound to its customer and its name: exchanged for another it does not open. */
export async function attach(id: string, file: string): Promise<void> {
  const name = basename(file);
  await sealFile(tenant, file, placeOf(id, name), { context: { customer: id, document: name } });
}

export async function fetchDocument(id: string, name: string, to: string): Promise<void> {
  await openFile(tenant, placeOf(id, name), to, { context: { customer: id, document: name } });
}

function placeOf(id: string, name: string): string {
  if (basename(id) !== id || basename(name) !== name) throw new Error('an id and a name, no path');
  return join(folder, `${id}.${name}.sealed`);
}
