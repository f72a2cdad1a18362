/** What the run looks at, in order. Each step says what must be so, and what to do where it is not. */
import { randomBytes } from 'node:crypto';
import {
  AccessError,
  type AuditEvent,
  DecryptionFailedError,
  type TenantKeys,
  TenantStateError,
} from '../../client/tenant-keys.ts';
import { type Step, StepFailure } from '../step.ts';
import { type Patience, until } from '../until.ts';
import type { Platform } from './platform.ts';

export interface SmokeTenant {
  readonly id: string;
  /** with a token of this tenant */
  readonly keys: TenantKeys;
  /** of this run alone */
  readonly plaintext: Buffer;
  message?: Uint8Array<ArrayBuffer>;
  /** whether this run has made or found it, and so offboards it */
  isOurs?: boolean;
}

export interface Smoke {
  readonly administrator: TenantKeys;
  readonly first: SmokeTenant;
  readonly second: SmokeTenant;
  readonly platform: Platform;
  readonly patience: Patience;
  readonly startedAt: Date;
  readonly tokensFrom: string;
}

export const smokeTenant = (id: string, keys: TenantKeys): SmokeTenant => ({
  id,
  keys,
  plaintext: randomBytes(32),
});

const both = ({ first, second }: Smoke) => [first, second];

export const smokeSteps: readonly Step<Smoke>[] = [
  {
    name: 'token',
    expected: 'the issuer gives an administrator a token, and the API takes it',
    remedy: "`npm run token:check` says by the authorizer's own rules why a token does not count",
    async run({ administrator, tokensFrom, patience: { signal } }) {
      for await (const _ of administrator.tenants.list({ limit: 1, signal })) break;
      return `the API takes an administrator's token, by the credentials of ${tokensFrom}`;
    },
  },
  {
    name: 'onboard',
    needs: ['token'],
    expected: 'two tenants with a key each, ACTIVE',
    remedy:
      'the log of the function `tenants` has the request; docs/api.md lists the problems of an onboarding',
    async run(smoke) {
      for (const tenant of both(smoke)) await activate(smoke, tenant);
      return `${smoke.first.id} and ${smoke.second.id} are ACTIVE`;
    },
  },
  {
    name: 'encrypt',
    needs: ['onboard'],
    expected: 'each tenant encrypts by its own key',
    remedy:
      'a 401 or 403: `npm run token:check` with a token of the tenant; else the logs of the functions `crypto` and `session-broker`',
    async run(smoke) {
      const { signal } = smoke.patience;
      for (const tenant of both(smoke)) {
        const { id, keys, plaintext } = tenant;
        const message = await keys.tenant(id).encrypt(plaintext, { signal });
        if (Buffer.from(message).includes(plaintext)) {
          throw new StepFailure('the message has the plaintext in it');
        }
        tenant.message = message;
      }
      return 'each tenant has encrypted 32 bytes';
    },
  },
  {
    name: 'decrypt',
    needs: ['encrypt'],
    expected: 'each tenant gets its own bytes back',
    remedy:
      "the log of the function `crypto` has the request; the key's state is in GET /tenants/{tenantId}",
    async run(smoke) {
      for (const { id, keys, message, plaintext } of both(smoke)) {
        const opened = await keys.tenant(id).decrypt(message ?? new Uint8Array(), smoke.patience);
        if (!plaintext.equals(opened)) throw new StepFailure(`${id} got other bytes than it gave`);
      }
      return 'each tenant has its 32 bytes back';
    },
  },
  {
    name: 'neighbour',
    // A refusal shows nothing where the tenant itself is refused too.
    needs: ['decrypt'],
    expected: "a tenant cannot use another one's path or message, nor read its audit",
    remedy: 'treat it as a breach: docs/operations.md, "canary-opened"',
    run: neighbourRefused,
  },
  {
    name: 'canary',
    expected: "no path between the canary's tenants is open, and none of their own is shut",
    remedy: 'docs/operations.md, "canary-opened", "canary-broken" and "canary-unknown"',
    async run({ platform }) {
      const { opened, broken, unknown, denied, allowed } = await platform.canary();
      const wrong = { opened, broken, unknown };
      for (const [what, names] of Object.entries(wrong)) {
        if (names.length > 0) {
          throw new StepFailure(`${names.length} paths ${what}: ${names.slice(0, 3).join(', ')}`);
        }
      }
      if (denied.length === 0) throw new StepFailure('it has tried no path');
      return `${denied.length} paths refused and ${allowed.length} allowed, as they must be`;
    },
  },
  {
    name: 'audit',
    needs: ['decrypt'],
    expected: "the tenant's audit has what this run did, and the call of KMS on which it rests",
    remedy:
      'docs/operations.md, "indexer-failing" and "audit-events-missing"; calls of KMS come by the trail\'s log group, some minutes later',
    run: auditShowsIt,
  },
  {
    name: 'alarm',
    expected: 'an alarm that is set by hand sends its message to the topic',
    remedy:
      "the topic's policy and its key's policy let CloudWatch publish: deploy again; the alarm's history has the error",
    run: ({ platform, patience }) => platform.alarm(patience),
  },
  {
    name: 'trail',
    expected: 'the trail delivers to its bucket and its log group',
    remedy:
      'docs/operations.md, "trail-silent" and "trail-changed": logging on, and the policies of bucket, key and role',
    run: ({ platform, startedAt, patience }) => platform.trail(startedAt, patience),
  },
  {
    name: 'offboard',
    always: true,
    expected: 'both tenants of this run are offboarded',
    remedy: 'offboard them: DELETE /tenants/{tenantId}?force=true; a key costs $1 a month',
    run: offboard,
  },
];

/** A name that was used before is taken up again where its key can be: names may be those that tokens are for. */
async function activate(smoke: Smoke, tenant: SmokeTenant): Promise<void> {
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

async function neighbourRefused({ first, second, patience }: Smoke): Promise<string> {
  const message = first.message ?? new Uint8Array();
  const { signal } = patience;
  const attempts = {
    "the neighbour's token at the tenant's path": async () => {
      await second.keys.tenant(first.id).decrypt(message, { signal });
    },
    "the tenant's message at the neighbour's path": async () => {
      await second.keys.tenant(second.id).decrypt(message, { signal });
    },
    "the neighbour's token at the tenant's audit": async () => {
      await second.keys.tenant(first.id).audit({ limit: 1, signal }).next();
    },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const outcome = await attempt().then(
      () => 'got through',
      (error: unknown) => {
        if (error instanceof AccessError && error.status === 403) return 'refused';
        return error instanceof DecryptionFailedError ? 'refused' : Promise.reject(error);
      },
    );
    if (outcome !== 'refused') throw new StepFailure(`${name} ${outcome}`);
  }
  return `refused: ${Object.keys(attempts).join('; ')}`;
}

async function auditShowsIt(smoke: Smoke): Promise<string> {
  const { administrator, first, platform, patience, startedAt } = smoke;
  // CloudTrail's times are to the second.
  const from = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  const { count } = await until(async () => {
    const events: AuditEvent[] = [];
    const query = { from, signal: patience.signal };
    for await (const event of administrator.tenant(first.id).audit(query)) events.push(event);
    const missing = missingIn(events, platform.keyEvents === true);
    return missing === undefined ? { count: events.length } : `the audit has no ${missing}`;
  }, patience);
  const without = platform.keyEvents === true ? '' : `; left out: ${platform.keyEvents}`;
  return `${count} events of ${first.id}, with what encrypted, what decrypted and the neighbour's attempt${without}`;
}

/** @returns the first that is missing */
function missingIn(events: readonly AuditEvent[], withKms: boolean): string | undefined {
  const requests = events.filter(
    (event) => event.kind === 'request' && event.outcome === 'succeeded',
  );
  for (const operation of ['encrypt', 'decrypt']) {
    if (!requests.some((event) => event.operation === operation)) return `request to ${operation}`;
  }
  if (!events.some(({ kind, outcome }) => kind === 'attempt' && outcome === 'refused')) {
    return 'attempt of the neighbour';
  }
  if (!withKms) return undefined;
  const calls = new Set(events.flatMap((event) => (event.kind === 'kms' ? [event.requestId] : [])));
  const joined = requests.some(
    (event) =>
      event.kind === 'request' && event.kmsCalls.some(({ requestId }) => calls.has(requestId)),
  );
  return joined ? undefined : 'call of KMS on which a request rests';
}

/** Without the signal: who stops the run does not want the tenants to stay. */
async function offboard(smoke: Smoke): Promise<string> {
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
