/** What a request is made of: path, query, and what it says of itself. */
import { UsageError } from '../errors.ts';
import type { Operations } from './api-types.ts';

export type OperationName = keyof Operations;

/** Of every request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** on whose behalf it is: a claim, which the audit keeps; 1-256 visible ASCII characters with spaces between */
  readonly actor?: string | undefined;
  /** what it is for: the same */
  readonly label?: string | undefined;
}

/** What a request says of itself to the audit. */
export type Claims = Pick<CallOptions, 'actor' | 'label'>;

export interface Call extends CallOptions {
  readonly tenantId?: string;
  readonly query?: Query | undefined;
  readonly body?: object;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Raw bytes in and out. */
export interface BytesCall extends CallOptions {
  readonly tenantId: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** No tenant id needs an escape, so what does is none: a path must not lead elsewhere. */
export function checkTenantId(tenantId: unknown): asserts tenantId is string {
  if (typeof tenantId === 'string' && /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(tenantId)) return;
  throw new UsageError(
    'a tenant id is 2-63 characters: lower-case letters, digits and hyphens, no hyphen at either end',
  );
}

/** @param path of the route, with its parameter */
export function targetOf(path: string, { tenantId, query = {} }: Call): string {
  let target = path;
  if (path.includes('{tenantId}')) {
    checkTenantId(tenantId);
    target = path.replace('{tenantId}', tenantId);
  }
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.set(name, String(value));
  }
  return given.size === 0 ? target : `${target}?${given}`;
}

const claim = /^[!-~](?:[ -~]{0,254}[!-~])?$/;

export function claimHeaders({ actor, label }: CallOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of [['Actor', actor] as const, ['Label', label] as const]) {
    if (value === undefined) continue;
    if (typeof value !== 'string' || !claim.test(value)) {
      throw new UsageError(
        `${name.toLowerCase()} must be 1-256 visible ASCII characters, with spaces between them`,
      );
    }
    headers[`Tenant-Keys-${name}`] = value;
  }
  return headers;
}
