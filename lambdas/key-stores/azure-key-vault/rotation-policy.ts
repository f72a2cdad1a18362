/**
 * By which period the vault rotates a tenant's key. Microsoft's limits: a rotation 7 days after the creation of a version at
 * the earliest; and no version gets an end, since an end does not keep it from unwrapping but from being used anew.
 */
import * as z from 'zod/mini';
import { keyPath } from './azure-names.ts';
import { type AzureSend, ask, change, shapeOf } from './azure-requests.ts';

const policy = z.object({
  lifetimeActions: z._default(
    z.array(
      z.object({
        trigger: z.object({ timeAfterCreate: z.nullish(z.string()) }),
        action: z.object({ type: z.string() }),
      }),
    ),
    [],
  ),
});

export async function writeRotationPeriod(
  send: AzureSend,
  tenantId: string,
  days: number,
): Promise<void> {
  await change(send, {
    service: 'vault',
    method: 'PUT',
    path: keyPath(tenantId, '/rotationpolicy'),
    operation: { name: 'PUT keys/rotationpolicy', tenantId },
    body: {
      lifetimeActions: [{ trigger: { timeAfterCreate: `P${days}D` }, action: { type: 'Rotate' } }],
      attributes: {},
    },
  });
}

/** @returns days; 0 where the vault rotates the key not at all, or by another measure than days */
export async function readRotationPeriod(send: AzureSend, tenantId: string): Promise<number> {
  const answer = await ask(send, {
    service: 'vault',
    method: 'GET',
    path: keyPath(tenantId, '/rotationpolicy'),
    operation: { name: 'GET keys/rotationpolicy', tenantId },
  });
  if (answer === undefined) return 0;
  const { lifetimeActions } = shapeOf(policy, answer.body);
  const rotate = lifetimeActions.find(({ action }) => /^rotate$/i.test(action.type));
  const [, days = '0'] = /^P(\d{1,5})D$/.exec(rotate?.trigger.timeAfterCreate ?? '') ?? [];
  return Number(days);
}
