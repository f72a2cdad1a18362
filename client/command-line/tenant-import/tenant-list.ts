/**
 * The tenants of a CSV file, a line at a time, with what is wrong with each: what the API would refuse by its schema is
 * found here, before the first request (`contract/tenants.ts`; a test holds the two together).
 */
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { checkTenantId } from '../../http/call.ts';
import type { OnboardRequest } from '../../tenant-keys.ts';
import { CommandError } from '../failure.ts';
import { isKeyStoreName, keyStoreNames } from '../key-stores.ts';

export interface TenantLine {
  /** line number in the file, from 1 */
  readonly line: number;
  readonly tenantId: string;
  readonly request: OnboardRequest;
}

export interface CheckedLine extends TenantLine {
  readonly faults: readonly string[];
}

export const columns = [
  'tenantId',
  'displayName',
  'legalName',
  'rotationPeriodInDays',
  'keyStore',
  'keyArn',
] as const;
type Column = (typeof columns)[number];

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Far more than a line's fields may have: a quote that is never closed must not take the whole file for one. */
const maxLineCharacters = 65_536;
const name = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;

/** @throws CommandError where it is no such list */
export async function* readTenantList(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<CheckedLine> {
  let names: readonly Column[] | undefined;
  let isEmpty = true;
  const firstLines = new Map<string, number>();
  for await (const { line, fields } of records(textOf(bytes))) {
    if (names === undefined) {
      names = columnsOf(fields);
      continue;
    }
    isEmpty = false;
    const checked = checkedLine({ line, fields }, names);
    const first = firstLines.get(checked.tenantId);
    if (first === undefined) {
      if (checked.faults.length === 0) firstLines.set(checked.tenantId, line);
      yield checked;
    } else {
      const again = `tenantId: stands on line ${first} already`;
      yield { ...checked, faults: [...checked.faults, again] };
    }
  }
  if (names === undefined) throw new CommandError('The file is empty.');
  if (isEmpty) throw new CommandError('The file names no tenants.');
}

/** One kind of line end, as a file may have several; the parser would take the first for all, and count others amiss. */
async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let held = '';
  try {
    for await (const chunk of bytes) {
      const text = held + decoder.decode(chunk, { stream: true });
      // Its other half may be the next chunk's first.
      held = text.endsWith('\r') ? '\r' : '';
      yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
    }
    yield (held + decoder.decode()).replace(/\r\n?/g, '\n');
  } catch (error) {
    if (Object(error).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new CommandError('The file is not UTF-8; a spreadsheet saves it as "CSV UTF-8".');
  }
}

async function* records(text: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxLineCharacters,
  });
  // Its errors come out of the parser, and the parser's end is the source's.
  pipeline(Readable.from(text), parser, () => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      yield { line: info.lines - lineBreaks(record), fields: record };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new CommandError(`The file is not CSV: ${error.message}`);
    throw error;
  }
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** To get to a record's first line: the parser gives its last. */
const lineBreaks = (fields: readonly string[]) => fields.join('').split('\n').length - 1;

function columnsOf(fields: readonly string[]): readonly Column[] {
  const isColumn = (text: string): text is Column => (columns as readonly string[]).includes(text);
  const unknown = fields.filter((text) => !isColumn(text));
  const faults = unknown.map((text) => `unknown column ${JSON.stringify(text)}`);
  if (new Set(fields).size < fields.length) faults.push('a column stands there twice');
  if (!fields.includes('tenantId')) faults.push('there is no column tenantId');
  if (faults.length === 0) return fields.filter(isColumn);
  throw new CommandError(
    `line 1: ${faults.slice(0, columns.length).join(', ')}. It must be ${columns.join(',')}, of which all but tenantId may be left out.`,
  );
}

function checkedLine({ line, fields }: CsvRecord, names: readonly Column[]): CheckedLine {
  const cell = (column: Column) => fields[names.indexOf(column)] || undefined;
  const tenantId = cell('tenantId') ?? '';
  if (fields.length !== names.length) {
    const faults = [`expected ${names.length} fields, got ${fields.length}`];
    return { line, tenantId, request: {}, faults };
  }
  const [displayName, legalName] = [cell('displayName'), cell('legalName')];
  const days = cell('rotationPeriodInDays');
  const [keyStore, keyArn] = [cell('keyStore'), cell('keyArn')];
  const request = {
    ...(displayName !== undefined && { displayName }),
    ...(legalName !== undefined && { legalName }),
    ...(days !== undefined && { rotationPeriodInDays: Number(days) }),
    ...(isKeyStoreName(keyStore) && { keyStore }),
    ...(keyArn !== undefined && { keyArn }),
  };
  const faults = [
    ...tenantIdFaults(tenantId),
    ...nameFaults({ displayName, legalName }),
    ...(days === undefined || isPeriod(days)
      ? []
      : ['rotationPeriodInDays: must be a whole number of days, 90-2560']),
    ...(keyStore === undefined || isKeyStoreName(keyStore)
      ? []
      : [`keyStore: must be the name of a key store, one of ${keyStoreNames.join(', ')}`]),
    ...keyArnFaults(keyStore, keyArn),
  ];
  return { line, tenantId, request, faults };
}

function tenantIdFaults(tenantId: string): readonly string[] {
  try {
    checkTenantId(tenantId);
    return [];
  } catch (error) {
    return [`tenantId: ${(error as Error).message}`];
  }
}

const nameFaults = (names: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(names)
    .filter(([, text]) => text !== undefined && !name.test(text))
    .map(([column]) => `${column}: must be text of 1-256 printable characters`);

/** As the API has it (`contract/external-account.ts`; a test holds the two together). */
const isKeyArn = (text: string): boolean =>
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(?:mrk-)?[0-9a-f-]{32,36}$/.test(text);

function keyArnFaults(keyStore: string | undefined, keyArn: string | undefined): readonly string[] {
  if ((keyStore === 'aws-kms-external') !== (keyArn !== undefined))
    return ['keyArn: must be there with the keyStore aws-kms-external, and with no other'];
  return keyArn === undefined || isKeyArn(keyArn)
    ? []
    : ['keyArn: must be the ARN of a key in AWS KMS'];
}

const isPeriod = (days: string): boolean =>
  /^[1-9][0-9]{1,3}$/.test(days) && Number(days) >= 90 && Number(days) <= 2560;
