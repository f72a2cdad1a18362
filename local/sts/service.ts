/** STS: AssumeRole and GetCallerIdentity. Every other operation is unknown here. */
import type { CredentialStore } from '../aws/credentials.ts';
import type { Service } from '../aws/operation.ts';
import type { Clock } from '../clock.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import type { Role } from './role.ts';

export interface StsOptions {
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  /** by ARN */
  readonly roles: ReadonlyMap<string, Role>;
}

export function sts(options: StsOptions): Service {
  return {
    name: 'sts',
    operations: { AssumeRole: assumeRole(options), GetCallerIdentity: getCallerIdentity },
  };
}
