/** The run's own two tenants: made at its beginning, offboarded at its end. */
import { TenantStateError } from '../../client/tenant-keys.ts';
import { StepFailure } from '../step.ts';
import { both, type Smoke, type SmokeTenant } from './smoke.ts';

/** A name that was used before is taken up again where its key can be: names may be those that tokens are for. */
export async function activate(smoke: Smoke, tenant: SmokeTenant): Promise<void> {
  const { tenants } = smoke.administrator;
  const call = { signal: smoke.patience.signal };
  const known = await tenants.get(tenant.id, call).catch((error: unknown) => {
    if (error instanceof TenantStateError) return undefined;
    throw error;
  });
  const asked = {
    OFFBOARDING: () => tenants.restore(tenant.id, call),
    SUSPENDED: () => tenants.resume(tenant.id, call),
  }[String(known?.status)];
  tenant.isOurs = true;
  const { status } = await (asked ?? (() => tenants.onboard(tenant.id, {}, call)))();
  if (status !== 'ACTIVE') throw new StepFailure(`${tenant.id} is ${status}`);
}

/** Without the signal: who stops the run does not want the tenants to stay. */
export async function offboard(smoke: Smoke): Promise<string> {
  const ours = both(smoke).filter(({ isOurs }) => isOurs === true);
  for (const { id } of ours) {
    await smoke.administrator.tenants.offboard(id, { force: true }).catch((error: unknown) => {
      // An onboarding that failed has left nothing.
      if (error instanceof TenantStateError && error.code === 'tenant-not-found') return;
      throw error;
    });
  }
  if (ours.length === 0) return 'nothing was onboarded';
  return `${ours.map(({ id }) => id).join(' and ')}: their keys are deleted after the window`;
}
