/**
 * The example app as it is without the client, by `fetch` alone: what lies between the marks is about encryption. It does
 * less: files of 4 MiB at most, a message for each field, no renewed token, and a row can be put together from two.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { Customer } from '../../examples/customers/customers.ts';
import { credentials, dataFolder, tenantId, url } from '../../examples/customers/settings.ts';

// encryption: begin
const bytes = 'application/octet-stream';
let token: Promise<string> | undefined;

async function requestToken(): Promise<string> {
  const discovery = await fetch(`${credentials.issuer}/.well-known/openid-configuration`);
  const { token_endpoint } = (await discovery.json()) as { token_endpoint: string };
  const { clientId, clientSecret } = credentials;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: 'tenant-keys/crypto',
    client_id: clientId,
    client_secret: clientSecret,
    ...credentials.parameters(),
  });
  const answer = await fetch(token_endpoint, { method: 'POST', body });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function send(
  operation: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
) {
  for (let attempt = 1; ; attempt++) {
    token ??= requestToken();
    const answer = await fetch(`${url}/tenants/${tenantId}/${operation}`, {
      method: 'POST',
      headers: { ...headers, Authorization: `Bearer ${await token}` },
      body,
    });
    if (answer.ok) return answer;
    if (![429, 503, 504].includes(answer.status) || attempt === 5) {
      throw new Error(((await answer.json()) as { detail: string }).detail);
    }
    await wait(Number(answer.headers.get('Retry-After') ?? 1) * 1000 * Math.random());
  }
}

async function sendItems<Item>(operation: string, items: readonly object[]): Promise<Item[]> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await send(operation, JSON.stringify({ items }), headers);
  const results = ((await answer.json()) as { items: (Item & { error?: { detail: string } })[] })
    .items;
  const failed = results.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(failed.error?.detail);
  return results;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const contextOf = (id: string, field: string) => ({ type: 'customer', id, field });

async function sealFields({ id, email, phone }: Customer) {
  const plaintexts = { email, phone };
  const items = Object.entries(plaintexts).map(([field, value]) => ({
    plaintext: base64(value),
    encryptionContext: contextOf(id, field),
  }));
  const sealed = await sendItems<{ ciphertext: string }>('encrypt-batch', items);
  return sealed.map(({ ciphertext }) => Buffer.from(ciphertext, 'base64'));
}

async function openFields(rows: readonly Record<string, unknown>[]) {
  const fields = rows.flatMap((row) => ['email', 'phone'].map((field) => ({ row, field })));
  const items = fields.map(({ row, field }) => ({
    ciphertext: Buffer.from(row[field] as Uint8Array).toString('base64'),
    encryptionContext: contextOf(String(row.id), field),
  }));
  if (items.length === 0) return [];
  const opened = await sendItems<{ plaintext: string }>('decrypt-batch', items);
  const textOf = (at: number) => Buffer.from(opened[at]?.plaintext ?? '', 'base64').toString();
  return rows.map(({ id, name }, at) => ({
    id,
    name,
    email: textOf(2 * at),
    phone: textOf(2 * at + 1),
  }));
}

async function indexesOf(email: string): Promise<string[]> {
  const items = [{ purpose: 'customer/email', value: base64(email) }];
  const [result] = await sendItems<{ macs: { version: number; mac: string }[] }>(
    'mac-batch',
    items,
  );
  const macs = [...(result?.macs ?? [])].sort((one, other) => other.version - one.version);
  return macs.map(({ version, mac }) => `${version}.${mac}`);
}

async function passBytes(operation: string, from: string, to: string, context: object) {
  const headers = { 'Content-Type': bytes, Accept: bytes };
  const answer = await send(operation, new Uint8Array(readFileSync(from)), {
    ...headers,
    'Encryption-Context': JSON.stringify(context),
  });
  writeFileSync(to, Buffer.from(await answer.arrayBuffer()), { flag: 'wx' });
}
// encryption: end

const folder = join(dataFolder, tenantId);
mkdirSync(folder, { recursive: true });
const database = new DatabaseSync(join(folder, 'customers.sqlite'));
database.exec(`CREATE TABLE IF NOT EXISTS customers (
  id TEXT PRIMARY KEY, name TEXT, email BLOB, phone BLOB, email_index TEXT
)`);
database.exec('CREATE INDEX IF NOT EXISTS by_email ON customers (email_index)');

export async function add(customer: Customer): Promise<void> {
  // encryption: begin
  const [email = null, phone = null] = await sealFields(customer);
  const [index = null] = await indexesOf(customer.email);
  // encryption: end
  const insert = database.prepare('INSERT INTO customers VALUES (?, ?, ?, ?, ?)');
  insert.run(customer.id, customer.name, email, phone, index);
}

export async function findByEmail(email: string): Promise<unknown[]> {
  // encryption: begin
  const indexes = await indexesOf(email);
  // encryption: end
  const rows = database
    .prepare('SELECT * FROM customers WHERE email_index IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(indexes));
  // encryption: begin
  return await openFields(rows);
  // encryption: end
}

export async function attach(id: string, file: string): Promise<void> {
  const name = basename(file);
  // encryption: begin
  await passBytes('encrypt', file, placeOf(id, name), { customer: id, document: name });
  // encryption: end
}

export async function fetchDocument(id: string, name: string, to: string): Promise<void> {
  // encryption: begin
  await passBytes('decrypt', placeOf(id, name), to, { customer: id, document: name });
  // encryption: end
}

function placeOf(id: string, name: string): string {
  if (basename(id) !== id || basename(name) !== name) throw new Error('an id and a name, no path');
  return join(folder, `${id}.${name}.sealed`);
}
