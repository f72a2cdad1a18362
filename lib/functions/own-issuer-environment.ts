/** What the session broker needs to sign tokens of the product's own issuer: as whom, for whom, and of which functions. */
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { SignedInFunction } from '../../contract/function-token.ts';
import type { Config } from '../config/config.ts';
import { ownIssuerAudiences } from '../config/key-stores.ts';
import type { OwnIssuer } from './own-issuer.ts';

/** Of the functions that sign in to a store as themselves. */
interface SignedInRoles {
  readonly controlPlane: Role;
  readonly reconciler: Role;
  readonly certificates: Role;
}

interface BrokersIssuer {
  readonly config: Pick<Config, 'keyStores'>;
  /** URL, if the configuration has no other */
  readonly issuer: string;
  /** undefined where the stack has none */
  readonly ownIssuer: OwnIssuer | undefined;
  readonly roles: SignedInRoles;
}

export function ownIssuerEnvironment({ config, issuer, ownIssuer, roles }: BrokersIssuer) {
  const { keyStores: stores } = config;
  if (stores === undefined || ownIssuer === undefined) return {};
  return {
    OWN_ISSUER: stores.ownIssuer.url ?? issuer,
    OWN_ISSUER_KEY_ARN: ownIssuer.signingKeyArn,
    OWN_ISSUER_AUDIENCES: JSON.stringify(ownIssuerAudiences(stores)),
    ...(stores.vault?.tokenIssuer === 'own' && {
      OWN_ISSUER_FUNCTIONS: JSON.stringify(sessionArnsOf(roles)),
    }),
  };
}

/** As STS names who has called, without the session's name (IAM User Guide, "IAM identifiers"). */
function sessionArnsOf({ controlPlane, reconciler, certificates }: SignedInRoles) {
  const arnOf = ({ stack, roleName }: Role) =>
    stack.formatArn({
      service: 'sts',
      region: '',
      resource: 'assumed-role',
      resourceName: roleName,
    });
  return {
    'control-plane': arnOf(controlPlane),
    reconciler: arnOf(reconciler),
    certificates: arnOf(certificates),
  } satisfies Record<SignedInFunction, string>;
}
