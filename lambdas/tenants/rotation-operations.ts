/** Rotations of a tenant's key: their period, their history, and one on demand. */
import { rotateRequest, rotationRequest, rotationsQuery } from '../../contract/tenants.ts';
import type { ApiRequest } from '../http/api-handler.ts';
import { queryOf, tenantOfPath } from '../http/request.ts';
import { json } from '../http/response.ts';
import { validated } from '../http/validation.ts';
import type { ControlPlane } from './control-plane.ts';
import { administrationOf } from './keys/administration.ts';
import { explainMissingKey } from './lifecycle/missing-key.ts';
import { rotateOnDemand } from './lifecycle/on-demand-rotation.ts';
import { setRotationPeriod } from './lifecycle/rotation-period.ts';
import { requireAllowed, statusRules } from './registry/status.ts';
import { hasKey, tenantOf } from './registry/tenant-row.ts';
import { bodyOf } from './requests.ts';

export const rotationOperations = ({ work, kmsWithoutRetry, rowOf }: ControlPlane) => ({
  async setRotation({ event, context }: ApiRequest) {
    const tenantId = tenantOfPath(event);
    const { rotationPeriodInDays } = bodyOf(event, rotationRequest);
    const row = await setRotationPeriod(work(context), tenantId, rotationPeriodInDays);
    return json<'setRotation'>(200, tenantOf(row));
  },

  async listRotations({ event, context }: ApiRequest) {
    const query = validated(rotationsQuery, queryOf(event), 'query');
    const row = await rowOf(tenantOfPath(event));
    const { rotationHistory, otherTransition } = statusRules[row.status];
    requireAllowed(rotationHistory);
    if (!hasKey(row)) throw otherTransition();
    const key = await administrationOf(work(context), row);
    const page = await explainMissingKey(key, row, () => key.rotations(query));
    return json<'listRotations'>(200, page);
  },

  async rotate({ event, context }: ApiRequest) {
    const wanted = bodyOf(event, rotateRequest, { optional: true });
    const row = await rowOf(tenantOfPath(event));
    const rotation = { ...work(context), kmsWithoutRetry };
    const { isBegun, started } = await rotateOnDemand(rotation, row, wanted);
    return json<'rotate'>(isBegun ? 202 : 200, started);
  },
});
