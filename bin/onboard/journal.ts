/**
 * The tenants that are done, in a file beside the list. Invariant: a tenant is in it only after the API said that it
 * exists, and a line counts only with its line break. What is missing is asked for again, since PUT is idempotent.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import type { TenantLine } from './tenant-list.ts';

export interface Journal {
  /** whether this tenant is done, with the same request */
  isDone(tenant: TenantLine): boolean;
  /** Returns when it is on the disk. @throws Error where it cannot be written */
  add(tenant: TenantLine): void;
  close(): void;
}

export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const kind = 'tenant-keys/onboard/v1';

/**
 * @param api the API that the journal must be for
 * @throws JournalError where it is for another API, or no journal
 */
export function openJournal(file: string, api: string): Journal {
  const descriptor = openSync(
    file,
    constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
    0o600,
  );
  try {
    const done = readJournal(descriptor, file, api);
    return {
      isDone: (tenant) => done.get(tenant.tenantId) === lineOf(tenant),
      add(tenant) {
        append(descriptor, lineOf(tenant));
        done.set(tenant.tenantId, lineOf(tenant));
      },
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The members in a fixed order: a line of the list that was changed is asked for again. */
const lineOf = ({ tenantId, request }: TenantLine) =>
  JSON.stringify({
    tenantId,
    displayName: request.displayName,
    legalName: request.legalName,
    rotationPeriodInDays: request.rotationPeriodInDays,
  });

function readJournal(descriptor: number, file: string, api: string): Map<string, string> {
  const text = readFileSync(descriptor);
  // A crash may have left half a line at the end, to which the next one must not be appended.
  const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
  const [header, ...lines] = whole.toString().split('\n').slice(0, -1);
  if (header !== undefined) requireOurs(header, file, api);
  if (whole.length < text.length) ftruncateSync(descriptor, whole.length);
  if (header === undefined) append(descriptor, JSON.stringify({ journal: kind, api }));
  return new Map(lines.map((line, index) => [tenantIdOf(line, index + 2, file), line]));
}

function requireOurs(header: string, file: string, api: string): void {
  const { journal, api: other } = objectOf(header);
  if (journal !== kind) throw new JournalError(`${file}: not a journal of this program`);
  if (other === api) return;
  throw new JournalError(
    `${file}: tells what was done at ${JSON.stringify(other)}, not at ${api}; move it away, or give that --api`,
  );
}

function tenantIdOf(line: string, number: number, file: string): string {
  const { tenantId } = objectOf(line);
  if (typeof tenantId === 'string') return tenantId;
  throw new JournalError(
    `${file}: line ${number} is damaged; delete that line, or the file: every tenant is then asked for again`,
  );
}

function objectOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

function append(descriptor: number, line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
  fsyncSync(descriptor);
}
