/**
 * The tenants of a CSV file. Invariant: a file is taken whole or not at all. What the API would refuse by its schema
 * is refused here, before the first request.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { tenantId as tenantIdSchema } from '../../contract/tenant-id.ts';
import { type OnboardRequest, onboardRequest } from '../../contract/tenants.ts';

export interface TenantLine {
  /** line number in the file, from 1 */
  readonly line: number;
  readonly tenantId: string;
  readonly request: OnboardRequest;
}

/** Everything that is wrong with a file, each with its line. */
export class TenantListError extends Error {
  override readonly name = 'TenantListError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

export const columns = ['tenantId', 'displayName', 'legalName', 'rotationPeriodInDays'] as const;
type Column = (typeof columns)[number];

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** @throws TenantListError */
export function readTenantList(bytes: Uint8Array): readonly TenantLine[] {
  // One kind of line end, as a file may have several; the parser would take the first for all, and count others amiss.
  const [header, ...records] = parseCsv(textOf(bytes).replace(/\r\n?/g, '\n'));
  if (header === undefined) throw new TenantListError(['the file is empty']);
  const names = columnsOf(header.fields);
  if (records.length === 0) throw new TenantListError(['the file names no tenants']);
  const faults: string[] = [];
  const firstLines = new Map<string, number>();
  const tenants = records.map((record) => {
    const { tenant, wrong } = readRecord(record, names);
    const first = firstLines.get(tenant.tenantId);
    if (first !== undefined) wrong.push(`tenantId: stands on line ${first} already`);
    else if (wrong.length === 0) firstLines.set(tenant.tenantId, record.line);
    faults.push(...wrong.map((fault) => `line ${record.line}: ${fault}`));
    return tenant;
  });
  if (faults.length > 0) throw new TenantListError(faults);
  return tenants;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TenantListError(['the file is not UTF-8; a spreadsheet saves it as "CSV UTF-8"']);
  }
}

function parseCsv(text: string): readonly CsvRecord[] {
  try {
    const parsed = parse(text, { info: true, relax_column_count: true, skip_empty_lines: true });
    return (parsed as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({ line: info.lines - lineBreaks(record), fields: record }),
    );
  } catch (error) {
    if (error instanceof CsvError) throw new TenantListError([`not CSV: ${error.message}`]);
    throw error;
  }
}

/** To get to a record's first line: the parser gives its last. */
const lineBreaks = (fields: readonly string[]) => fields.join('').split('\n').length - 1;

function columnsOf(fields: readonly string[]): readonly Column[] {
  const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name);
  const unknown = fields.filter((name) => !isColumn(name));
  const faults = unknown.map((name) => `line 1: unknown column ${JSON.stringify(name)}`);
  if (new Set(fields).size < fields.length) faults.push('line 1: a column stands there twice');
  if (!fields.includes('tenantId')) faults.push('line 1: there is no column tenantId');
  if (faults.length === 0) return fields.filter(isColumn);
  throw new TenantListError([
    ...faults,
    `the first line is ${columns.join(',')}, of which all but tenantId may be left out`,
  ]);
}

function readRecord({ line, fields }: CsvRecord, names: readonly Column[]) {
  const cell = (name: Column) => fields[names.indexOf(name)] ?? '';
  const tenantId = cell('tenantId');
  const tenant = (request: OnboardRequest): TenantLine => ({ line, tenantId, request });
  if (fields.length !== names.length) {
    const wrong = [`expected ${names.length} fields, got ${fields.length}`];
    return { tenant: tenant({}), wrong };
  }
  const id = tenantIdSchema.safeParse(tenantId);
  const request = onboardRequest.safeParse({
    ...(cell('displayName') !== '' && { displayName: cell('displayName') }),
    ...(cell('legalName') !== '' && { legalName: cell('legalName') }),
    ...(cell('rotationPeriodInDays') !== '' && {
      rotationPeriodInDays: numberOf(cell('rotationPeriodInDays')),
    }),
  });
  const issues = [
    ...(id.error?.issues.map(({ message }) => `tenantId: ${message}`) ?? []),
    ...(request.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []),
  ];
  return { tenant: tenant(request.data ?? {}), wrong: [...new Set(issues)] };
}

/** What is no whole number stays text, which the schema refuses. */
const numberOf = (text: string) => (/^[1-9][0-9]*$/.test(text) ? Number(text) : text);
