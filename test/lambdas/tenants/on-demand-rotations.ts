/** Tenants whose keys are rotated on demand, and how far that got. */

import type { RotateRequest } from '../../../contract/tenants.ts';
import { rotateOnDemand } from '../../../lambdas/tenants/lifecycle/on-demand-rotation.ts';
import type { Aws } from './aws.ts';
import { type Invocation, tenantsOf } from './harness.ts';

const minuteMs = 60_000;

export function onDemandRotations(aws: Aws) {
  const tenants = tenantsOf(aws);
  const keyArnOf = async (tenantId: string) => (await tenants.row(tenantId)).keyArn as string;
  const harness = {
    ...tenants,
    keyArnOf,
    async rotate(tenantId: string, wanted: RotateRequest = {}, invocation: Invocation = {}) {
      const { kmsWithoutRetry } = aws.clients(invocation.fault);
      const work = { ...tenants.options(invocation), kmsWithoutRetry };
      return rotateOnDemand(work, await tenants.row(tenantId), wanted);
    },
    async current(tenantId: string) {
      const KeyId = await keyArnOf(tenantId);
      const { KeyMetadata } = await aws.administrator.describeKey({ KeyId });
      return KeyMetadata?.CurrentKeyMaterialId as string;
    },
    /** @returns how many of the key's 25 rotations are used up */
    async spent(tenantId: string) {
      const KeyId = await keyArnOf(tenantId);
      const { Rotations = [] } = await aws.administrator.listKeyRotations({ KeyId });
      const { OnDemandRotationStartDate } = await aws.administrator.getKeyRotationStatus({ KeyId });
      const made = Rotations.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length;
      return made + Number(OnDemandRotationStartDate !== undefined);
    },
    /** As time would: the lease is over, and what was requested was so that long ago. */
    async pass(tenantId: string, minutes: number) {
      await tenants.expireLease(tenantId);
      const row = await aws.row(tenantId);
      if (row?.rotation === undefined) return;
      const rotation = row.rotation as { requestedAt: string };
      const requestedAt = new Date(Date.parse(rotation.requestedAt) - minutes * minuteMs);
      await aws.put({ ...row, rotation: { ...rotation, requestedAt: requestedAt.toISOString() } });
    },
  };
  return harness;
}

/** How long KMS takes for a rotation. The calls are at the same places, whether it rotates at once or later. */
export const rotationKinds = [
  ['is done at once', 0],
  ['goes on for an hour', 60 * minuteMs],
] as const;
