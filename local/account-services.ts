/** The services that are in both accounts: in that of the deployment, and in the one that plays a tenant's own. */
import type { CredentialStore } from './aws/authentication/credentials.ts';
import type { Service } from './aws/operation.ts';
import type { Clock } from './clock.ts';
import { iam } from './iam-api/service.ts';
import type { KmsAccount } from './kms/account.ts';
import { withQuotas } from './kms/quotas.ts';
import { kms } from './kms/service.ts';
import type { OutboundIssuer } from './sts/outbound-issuer.ts';
import type { Role } from './sts/role.ts';
import { sts } from './sts/service.ts';
import type { TenantAccount } from './tenant-account/tenant-account.ts';

export interface AccountServicesOptions {
  readonly clock: Clock;
  readonly quotas?: boolean | undefined;
  readonly quotaNow?: (() => number) | undefined;
  readonly credentials: CredentialStore;
  readonly keys: KmsAccount;
  /** of the deployment's account, by ARN */
  readonly roles: ReadonlyMap<string, Role>;
  /** of the deployment's account; the other one has none */
  readonly issuer: OutboundIssuer;
  readonly tenantAccount: TenantAccount;
}

export function accountServices(options: AccountServicesOptions): readonly Service[] {
  const { clock, credentials, keys, roles, issuer, tenantAccount } = options;
  const { partition, region, accountId } = keys;
  const bothKms = kms(keys, tenantAccount.keys);
  const get = (arn: string) => roles.get(arn) ?? tenantAccount.iam.roles.get(arn);
  return [
    options.quotas === true ? withQuotas(bothKms, options.quotaNow) : bothKms,
    sts({ clock, credentials, roles: { get }, region, issuer }),
    iam([{ partition, accountId, roles, clock }, tenantAccount.iam], issuer),
  ];
}
