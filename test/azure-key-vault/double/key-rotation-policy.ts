/**
 * The rotation policy of a key. The vault adds a notification of its own, and a key without a policy has that alone, as recorded answers of
 * the service in Microsoft's client show it. Limits: learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation.
 */
import { type KeptKey, type LifetimeAction, rotationDaysOf } from './kept-keys.ts';
import { type Answer, type Call, jsonOf } from './serve.ts';
import { type VaultParts, vaultRefusal } from './vault-parts.ts';

const notification: LifetimeAction = {
  trigger: { timeBeforeExpiry: 'P30D' },
  action: { type: 'Notify' },
};
const fewestDays = 7;

export function rotationPolicy(parts: VaultParts, key: KeptKey, call: Call): Answer {
  if (call.method === 'PUT') set(parts, key, call);
  const { policy } = key;
  const { lifetimeActions = [notification], expiryTime = null, created, updated } = policy ?? {};
  const body = {
    id: `${parts.url()}/keys/${key.name}/rotationpolicy`,
    lifetimeActions,
    attributes: { expiryTime, ...(policy !== undefined && { created, updated }) },
  };
  return { status: 200, body };
}

function set({ now }: VaultParts, key: KeptKey, call: Call): void {
  const { lifetimeActions = [], attributes } = jsonOf(call, 'BadParameter') as {
    lifetimeActions?: readonly LifetimeAction[];
    attributes?: { expiryTime?: string };
  };
  const at = Math.floor(now() / 1000);
  const notifies = lifetimeActions.some(({ action }) => action.type.toLowerCase() === 'notify');
  const policy = {
    lifetimeActions: notifies ? lifetimeActions : [...lifetimeActions, notification],
    expiryTime: attributes?.expiryTime,
    created: key.policy?.created ?? at,
    updated: at,
  };
  const rotates = lifetimeActions.some(({ action }) => action.type.toLowerCase() === 'rotate');
  const days = rotationDaysOf(policy);
  if (rotates && (days === undefined || days < fewestDays))
    throw vaultRefusal(
      400,
      'BadParameter',
      'The rotation time must be at least 7 days after creation.',
    );
  key.policy = policy;
}
