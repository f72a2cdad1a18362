/** STS: AssumeRole and GetCallerIdentity. Every other operation is unknown here. */
import type { Service } from '../aws/operation.ts';
import { assumeRole, type StsOptions } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

export function sts(options: StsOptions): Service {
  return {
    name: 'sts',
    operations: { AssumeRole: assumeRole(options), GetCallerIdentity: getCallerIdentity },
  };
}
