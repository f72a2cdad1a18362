/** Tenants in any status, and invocations that make transitions between them. */

import { randomUUID } from 'node:crypto';
import type { TenantStatus } from '../../../contract/tenant-status.ts';
import type { TenantWork } from '../../../lambdas/tenants/keys/key-state.ts';
import { resumeTransition, transition } from '../../../lambdas/tenants/lifecycle/lifecycle.ts';
import type { TransitionRequest } from '../../../lambdas/tenants/lifecycle/transitions.ts';
import { openRegistry } from '../../../lambdas/tenants/registry/registry.ts';
import type { Intent } from '../../../lambdas/tenants/registry/status.ts';
import { type TenantRow, tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { kmsAlone } from '../../harness/key-stores.ts';
import { tableName } from '../../harness/local-aws.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import type { Aws, Fault } from './aws.ts';

export const offboard = (change: object = {}): TransitionRequest => ({
  intent: 'offboard',
  request: {
    windowInDays: 7,
    windowByDefault: false,
    force: false,
    requestedBy: 'operator',
    ...change,
  },
});
export const wanted = (intent: Intent): TransitionRequest =>
  intent === 'offboard' ? offboard() : { intent };

export interface Invocation {
  readonly fault?: Fault | undefined;
  /** how long the invocation has */
  readonly ms?: number;
}

export const codeOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => 'done',
    (error) => error.code ?? error.name,
  );

/** @param aws its administrator takes the place of the control plane */
export function tenantsOf(aws: Aws) {
  const { administrator } = aws;
  const options = ({ fault, ms = 28_000 }: Invocation = {}): TenantWork => {
    const { kms, table } = aws.clients(fault);
    const holder = randomUUID();
    const registry = openRegistry(table, tableName, holder);
    return { kms, keyStores: kmsAlone, holder, registry, end: Date.now() + ms };
  };
  const row = async (tenantId: string): Promise<TenantRow> =>
    tenantRow.parse(await aws.row(tenantId));

  const tenants = {
    options,
    row,
    invoke: (tenantId: string, want: TransitionRequest, invocation?: Invocation) =>
      transition(options(invocation), tenantId, want),
    async again(tenantId: string, intent: Intent, invocation?: Invocation) {
      return resumeTransition(options(invocation), await row(tenantId), intent);
    },
    /** @returns the id of a new tenant with a key, in that status */
    async make(status: TenantStatus = 'ACTIVE', change: Record<string, unknown> = {}) {
      const tenantId = `t-${randomUUID().slice(0, 13)}`;
      const Tags = [{ TagKey: 'TenantId', TagValue: tenantId }];
      const { KeyMetadata } = await administrator.createKey({ Tags });
      const keyArn = KeyMetadata?.Arn as string;
      const KeyId = keyArn;
      await administrator.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
      await aws.put(rowOf({ tenantId, keyArn }));
      const write = () => aws.put(rowOf({ tenantId, keyArn, status }));
      const reach: Record<TenantStatus, () => Promise<unknown>> = {
        PROVISIONING: write,
        ACTIVE: async () => {},
        SUSPENDED: () => tenants.invoke(tenantId, wanted('suspend')),
        OFFBOARDING: () => tenants.invoke(tenantId, offboard()),
        ERASED: write,
      };
      await reach[status]();
      const made = await aws.row(tenantId);
      if (Object.keys(change).length > 0) await aws.put({ ...made, ...change });
      return tenantId;
    },
    async use(tenantId: string) {
      const KeyId = (await row(tenantId)).keyArn;
      await administrator.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    },
    /** Ends the lease, if there is one, as time would. */
    async expireLease(tenantId: string) {
      const found = await aws.row(tenantId);
      if (found?.lease === undefined) return;
      await aws.put({ ...found, lease: { holder: 'x', expiresAt: 1 } });
    },
    async keyState(tenantId: string) {
      const KeyId = (await row(tenantId)).keyArn;
      return (await administrator.describeKey({ KeyId })).KeyMetadata?.KeyState;
    },
    /** What a tenant's row and key are together: `ACTIVE Enabled`, and what a transition has left, if anything. */
    async stateOf(tenantId: string) {
      const { status, intent, lease } = await row(tenantId);
      const rest = [intent && `intent ${intent}`, lease && 'lease'].filter((text) => text);
      return [status, await tenants.keyState(tenantId), ...rest].join(' ');
    },
  };
  return tenants;
}
