/**
 * Events as OCSF has them: class API Activity (6003) of version 1.8.0, https://schema.ocsf.io/1.8.0/classes/api_activity.
 * Invariant: nothing of an event is lost. What the class has no place for is in `unmapped`, the actor and the label
 * too: they are what a caller claims, and `actor.user` is for whom a token or AWS has shown.
 */
import { isIP } from 'node:net';
import type { AuditEvent, AuditOutcome } from '../../contract/audit.ts';
import { routes } from '../../contract/routes.ts';

const version = '1.8.0';
const categoryUid = 6;
const classUid = 6003;

const activities = { create: 1, read: 2, update: 3, delete: 4, other: 99 } as const;
type Activity = keyof typeof activities;

const outcomes: Readonly<Record<AuditOutcome, { status_id: number; severity_id: number }>> = {
  // Success, Informational
  succeeded: { status_id: 1, severity_id: 1 },
  // Failure, Low
  failed: { status_id: 2, severity_id: 2 },
  // Failure, Medium
  refused: { status_id: 2, severity_id: 3 },
};

export function ocsfEvent(event: AuditEvent): object {
  const { tenantId, kind, eventId, time, operation, outcome, errorCode, sourceAddress } = event;
  const activity = activityOf(event);
  return {
    category_uid: categoryUid,
    class_uid: classUid,
    activity_id: activities[activity],
    activity_name: activity === 'other' ? operation : captionOf(activity),
    type_uid: classUid * 100 + activities[activity],
    time: Date.parse(time),
    ...outcomes[outcome],
    status_detail: outcome,
    ...(errorCode !== undefined && { status_code: errorCode }),
    metadata: {
      version,
      uid: eventId,
      product: { name: 'tenant-keys', vendor_name: 'tenant-keys' },
      log_name: kind,
      original_time: time,
      ...(tenantId !== undefined && { tenant_uid: tenantId }),
    },
    actor: actorOf(event),
    src_endpoint: isIP(sourceAddress) === 0 ? { svc_name: sourceAddress } : { ip: sourceAddress },
    ...callOf(event),
    resources: resourcesOf(event),
    unmapped: unmappedOf(event),
  };
}

const captionOf = (activity: Activity): string =>
  `${activity.charAt(0).toUpperCase()}${activity.slice(1)}`;

function activityOf(event: AuditEvent): Activity {
  const { kind, operation } = event;
  if (kind !== 'kms') return ofRequest(operation);
  return event.keyStore === undefined ? ofKms(operation) : ofKeyStore(operation);
}

/** By the HTTP method; a `POST` to a key or a role changes it, to anything else uses it. */
function ofKeyStore(operation: string): Activity {
  if (/^(?:GET|LIST) /.test(operation)) return 'read';
  if (/^DELETE /.test(operation)) return 'delete';
  return /^POST (?:transit\/keys|auth\/role|sys\/)/.test(operation) ? 'update' : 'other';
}

/** By the verb, as the names of AWS's operations begin. */
function ofKms(operation: string): Activity {
  if (/^(?:Describe|Get|List)/.test(operation)) return 'read';
  if (/^Create/.test(operation)) return 'create';
  if (/^(?:Delete|ScheduleKeyDeletion)/.test(operation)) return 'delete';
  return /^(?:Encrypt|Decrypt|ReEncrypt|Generate|Sign|Verify|Derive)/.test(operation)
    ? 'other'
    : 'update';
}

function ofRequest(operation: string): Activity {
  const route = routes.find((one) => one.operation === operation);
  if (route === undefined || route.plane === 'crypto') return 'other';
  if (route.method === 'GET') return 'read';
  if (operation === 'onboard') return 'create';
  return operation === 'offboard' ? 'delete' : 'update';
}

function actorOf(event: AuditEvent): object {
  const user = { uid: event.principal };
  if (event.kind !== 'kms') {
    return { user, ...(event.issuer !== undefined && { session: { issuer: event.issuer } }) };
  }
  return { user, ...(event.session !== undefined && { session: { uid: event.session } }) };
}

function callOf(event: AuditEvent): object {
  const { kind, operation, requestId, errorCode } = event;
  const error = errorCode !== undefined && { error: errorCode };
  const api = { operation, request: { uid: requestId } };
  if (kind === 'kms') {
    const service = { name: event.keyStore ?? 'kms.amazonaws.com' };
    return { api: { ...api, service, ...(error && { response: error }) } };
  }
  const { status: code } = event;
  return {
    api: { ...api, service: { name: 'tenant-keys' }, response: { code, ...error } },
    http_response: { code },
  };
}

function resourcesOf(event: AuditEvent): object[] {
  const { tenantId } = event;
  const tenants = tenantId === undefined ? [] : [{ uid: tenantId, type: 'tenant' }];
  if (event.kind !== 'kms') return tenants;
  const { keyArn, encryptionContext, keyMaterialId } = event;
  const data = {
    ...(encryptionContext && { encryptionContext }),
    ...(keyMaterialId !== undefined && { keyMaterialId }),
  };
  const hasData = Object.keys(data).length > 0;
  // Another store's call names no key: it is the tenant's.
  if (keyArn === undefined) return hasData ? [...tenants, { name: 'key', data }] : tenants;
  const key = { uid: keyArn, type: 'AWS::KMS::Key' };
  return [...tenants, hasData ? { ...key, data } : key];
}

/** Whatever stands elsewhere; a member that comes to events later is unmapped by itself. */
const mapped: ReadonlySet<string> = new Set([
  'kind',
  'eventId',
  'time',
  'operation',
  'outcome',
  'errorCode',
  'principal',
  'issuer',
  'session',
  'sourceAddress',
  'requestId',
  'keyArn',
  'keyStore',
  'encryptionContext',
  'keyMaterialId',
  'status',
  'tenantId',
]);

const unmappedOf = (event: AuditEvent): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !mapped.has(name)));
