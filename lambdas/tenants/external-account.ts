/**
 * A key in an AWS account of the tenant's own: what the tenant needs to make one, the onboarding with it and the change to
 * it. What either takes is loaded when it is first asked for: nothing of it where no tenant has such a key.
 */
import { externalAccountQuery } from '../../contract/external-account.ts';
import { unauthorized } from '../../contract/problem.ts';
import type { OnboardRequest } from '../../contract/tenants.ts';
import type { ApiRequest } from '../http/api-handler.ts';
import { bearerOf, queryOf, tenantOfPath } from '../http/request.ts';
import { json } from '../http/response.ts';
import { validated } from '../http/validation.ts';
import { ownNames } from '../stack/own-names.ts';
import type { ConfiguredStores } from './configured-stores.ts';
import type { ControlPlane } from './control-plane.ts';
import type { OnboardedTenant } from './lifecycle/onboarding.ts';
import type { TenantRow } from './registry/tenant-row.ts';

export function externalAccounts(plane: ControlPlane, configured: ConfiguredStores) {
  const { environment, kms, knownKeyArns, work } = plane;

  /**
   * @returns in which accounts such a key may be, and in which region
   * @throws Problem 400 where the configuration has no such accounts
   */
  async function allowedLocations() {
    const { accounts } = configured.externalAccounts();
    const ours = environment.ACCOUNT_ID;
    return {
      accounts: accounts.filter((account) => account !== ours),
      region: await kms.config.region(),
    };
  }

  /** @throws Problem 401 where the request has no token */
  async function keyWork({ event, context }: ApiRequest, tenantId: string) {
    const { token } = bearerOf(event, tenantId);
    if (token === undefined) throw unauthorized();
    const { challengeClient } = await import('../sessions/challenge-client.ts');
    const challenge = challengeClient(environment.SESSION_BROKER_NAME ?? '');
    return {
      ...work(context),
      ...(await allowedLocations()),
      rotationPeriodInDays: environment.ROTATION_PERIOD_IN_DAYS,
      partition: environment.PARTITION,
      knownKeyArns,
      challenge: (keyArn: string) => challenge({ token, tenantId, keyArn }),
    };
  }

  return {
    /** @throws as `onboardExternal` does */
    async onboard(
      request: ApiRequest,
      tenantId: string,
      wanted: OnboardRequest & { readonly keyArn: string },
    ): Promise<OnboardedTenant> {
      const { onboardExternal } = await import('./lifecycle/external-onboarding.ts');
      return onboardExternal(await keyWork(request, tenantId), tenantId, wanted);
    },

    /** @throws as `changeToExternal` does */
    async change(request: ApiRequest, tenantId: string, keyArn: string): Promise<TenantRow> {
      const { changeToExternal } = await import('./lifecycle/external-change.ts');
      return changeToExternal(await keyWork(request, tenantId), tenantId, keyArn);
    },

    async setup({ event }: ApiRequest) {
      const tenantId = tenantOfPath(event);
      const query = validated(externalAccountQuery, queryOf(event), 'query');
      const { externalSetup } = await import('./lifecycle/external-setup.ts');
      const stack = {
        ...(await allowedLocations()),
        name: ownNames.name,
        partition: environment.PARTITION,
        productAccountId: environment.ACCOUNT_ID,
        tenantRoleArn: environment.TENANT_ROLE_ARN,
      };
      return json<'externalAccount'>(200, externalSetup(stack, tenantId, query));
    },
  };
}
