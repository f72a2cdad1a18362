/** Calls of KMS as uses of tenants' keys, each with whose event it is, and what is logged of them. */
import type { KeyEvent } from '../../contract/audit.ts';
import { tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import { log } from '../observability/log.ts';
import { ownNames } from '../stack/own-names.ts';
import { attribute } from './attribution.ts';
import { type Claims, type KeyOwners, nobody } from './key-owners.ts';
import { createdWithTag, keyEventOf, keysOf, principalOf, type TrailEvent } from './trail-event.ts';

export interface KeyUse {
  /** undefined where more tenants claim the key than can be given the event: it is in the log, and in no row */
  readonly tenantId: string | undefined;
  readonly event: KeyEvent;
}

export interface KeyUseContext {
  readonly owners: KeyOwners;
  readonly environment: Readonly<Record<'CONTROL_PLANE_ROLE_ARN' | 'TENANT_ROLE_ARN', string>>;
}

/** Also logs each key whose owner is disputed, once. */
export async function keyUsesOf(
  events: readonly TrailEvent[],
  context: KeyUseContext,
): Promise<KeyUse[]> {
  const { owners, environment } = context;
  const calls = events.map((event) => ({ event, keys: keysOf(event) }));
  for (const { event, keys } of calls) learnNewKey(event, keys, context);
  const claims = await owners.find(calls.flatMap(({ keys }) => keys));
  const disputed = new Map<string, Claims>();
  const uses = calls.flatMap(({ event, keys }) => {
    // One event for each tenant, where a call used several keys.
    const byTenant = new Map<string | undefined, KeyEvent>();
    for (const arn of keys) {
      const claimed = claims.get(arn) ?? nobody;
      const keyEvent = keyEventOf(event, arn);
      const { tenantIds, isDisputed } = attribute(keyEvent, claimed, environment.TENANT_ROLE_ARN);
      if (isDisputed) disputed.set(arn, claimed);
      for (const id of tenantIds) byTenant.set(id, keyEvent);
    }
    return [...byTenant].map(([tenantId, event]) => ({ tenantId, event }));
  });
  for (const [keyArn, claimed] of disputed) logDispute(keyArn, claimed);
  return uses;
}

/** The registry names a key only after KMS has created it, so for a new key CreateKey itself names the owner. */
function learnNewKey(
  event: TrailEvent,
  [arn]: readonly string[],
  { owners, environment }: KeyUseContext,
): void {
  if (principalOf(event) !== environment.CONTROL_PLANE_ROLE_ARN) return;
  const { key, value } = ownNames.productTag;
  if (createdWithTag(event, key) !== value) return;
  const owner = tenantId.safeParse(createdWithTag(event, tenantIdTag)).data;
  if (owner !== undefined && arn !== undefined) owners.learn(arn, owner);
}

/** An alarm counts it: a row was planted or changed, or KMS lets a tenant use a key that its row does not name. */
function logDispute(keyArn: string, { tenantIds, tooMany }: Claims): void {
  log('WARN', { message: 'key owner disputed', keyArn, tenantIds, tooMany });
}

/**
 * `neighbour` says that a tenant's session tried another tenant's key. It is worked out here, since a filter pattern of
 * CloudWatch Logs cannot compare two members.
 */
export function logKeyUse({ tenantId, event }: KeyUse, tenantRoleArn: string): void {
  const { principal, session } = event;
  log('INFO', {
    message: 'key event',
    tenantId,
    time: event.time,
    operation: event.operation,
    outcome: event.outcome,
    errorCode: event.errorCode,
    principal,
    session,
    ...(principal === tenantRoleArn && session !== tenantId && { neighbour: true }),
    keyArn: event.keyArn,
    eventId: event.eventId,
  });
}
