/** Issuers of the user's own, for `npm start`: as context keys, which the stack's own configuration then checks. */
import { readFileSync } from 'node:fs';

export interface IssuerArguments {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly 'tenant-claim'?: string | undefined;
  /** file with the long list */
  readonly issuers?: string | undefined;
}

export type IssuersContext = Readonly<Record<string, unknown>>;

/**
 * @returns undefined where none is given, so that the stack has an issuer of its own
 * @throws Error with the option that is wrong
 */
export function givenIssuers(values: IssuerArguments): IssuersContext | undefined {
  const { issuer, audience, 'tenant-claim': tenantClaim, issuers } = values;
  const belongings = { '--audience': audience, '--tenant-claim': tenantClaim };
  const alone = Object.entries(belongings).find(([, value]) => value !== undefined);
  if (issuers !== undefined) {
    const second = issuer !== undefined ? '--issuer' : alone?.[0];
    if (second !== undefined) throw new Error(`--issuers: has all of it, so leave ${second} out`);
    return readIssuers(issuers);
  }
  if (issuer === undefined) {
    if (alone !== undefined) throw new Error(`${alone[0]}: expected --issuer beside it`);
    return undefined;
  }
  if (audience === undefined) {
    throw new Error('--issuer: expected --audience beside it, what its tokens have in aud');
  }
  return { issuer, audience, ...(tenantClaim !== undefined && { tenantClaim }) };
}

/** A list as `issuers` takes it, or a cdk.json whose context has issuers. */
function readIssuers(file: string): IssuersContext {
  const value = parsed(file);
  if (Array.isArray(value)) return { issuers: value };
  const { issuer, audience, tenantClaim, issuers } = Object(Object(value).context);
  if (issuer === undefined && issuers === undefined) {
    throw new Error(`--issuers: expected a list of issuers, or a cdk.json with them, in ${file}`);
  }
  return { issuer, audience, tenantClaim, issuers };
}

function parsed(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`--issuers: expected JSON in ${file}`);
  }
}

/** @returns the first one's name, for the JSON line and the page; the configuration has checked them */
export function firstIssuer({ issuer, issuers }: IssuersContext): string {
  const listed = typeof issuers === 'string' ? JSON.parse(issuers) : issuers;
  return String(issuer ?? (listed as readonly { readonly issuer: string }[])[0]?.issuer);
}
