/** What the run looks at, in order. Each step says what must be so, and what to do where it is not. */
import { type Step, StepFailure } from '../step.ts';
import { auditShowsIt } from './audit.ts';
import { neighbourRefused } from './neighbour.ts';
import { both, type Smoke } from './smoke.ts';
import { activate, offboard } from './tenants.ts';

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
