/** STS: AssumeRole, GetCallerIdentity and GetWebIdentityToken. Every other operation is unknown here. */
import type { Service } from '../aws/operation.ts';
import { assumeRole, type StsOptions } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getWebIdentityToken, type WebIdentityTokenOptions } from './get-web-identity-token.ts';

export function sts(options: StsOptions & WebIdentityTokenOptions): Service {
  return {
    name: 'sts',
    operations: {
      AssumeRole: assumeRole(options),
      GetCallerIdentity: getCallerIdentity,
      GetWebIdentityToken: getWebIdentityToken(options),
    },
  };
}
