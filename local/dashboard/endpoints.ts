/** What the page at `/` asks for, each a page of its own under `/_local/`. */
import { randomUUID } from 'node:crypto';
import { callOf } from '../aws/call.ts';
import { type ControlEndpoint, ControlError } from '../aws/control/control-endpoint.ts';
import { decisionLog } from '../aws/decision-log.ts';
import type { Service } from '../aws/operation.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { KmsAccount } from '../kms/account.ts';
import type { Role } from '../sts/role.ts';
import type { Template } from '../template/template.ts';
import { allowedActions } from './allowed-actions.ts';
import { newestEvents } from './events.ts';
import { matrixOf } from './matrix.ts';
import { cellOf } from './matrix-cell.ts';
import { type Session, standingSessions, tenantSessions } from './sessions.ts';
import { rolePolicies } from './statements.ts';
import { tablesOf } from './tables.ts';
import { keptKeys, shownTenants } from './tenants.ts';

export interface PagesOptions {
  readonly template: Template;
  readonly keys: KmsAccount;
  readonly roles: ReadonlyMap<string, Role>;
  /** who reads the tables, and has a row of the matrix */
  readonly operator: Caller;
  readonly dynamodb: Service;
  /** of signatures and sessions, which policies see as the time */
  readonly clock: Clock;
}

/** Tenants of which the matrix is drawn, the first by id: it grows by their square. */
export const matrixTenants = 16;

/** @returns the pages that a deployment has by itself */
export function pagesOf(options: PagesOptions): ControlEndpoint[] {
  const { template, keys, roles, operator, dynamodb, clock } = options;
  const { region, accountId } = keys;
  const asked = { account: keys, clock };
  const tables = tablesOf(template, dynamodb, () =>
    callOf({
      service: dynamodb.name,
      caller: operator,
      requestId: randomUUID(),
      sourceIp: '127.0.0.1',
      clock,
      region,
      accountId,
      decisions: decisionLog(),
    }),
  );
  const allowed = allowedActions(asked, template);
  const policies = rolePolicies(template);
  const standing = standingSessions(template, roles, operator);
  const sessionsOf = (tenantIds: readonly string[]): Session[] => [
    ...tenantSessions(template, roles, tenantIds),
    ...standing,
  ];

  return [
    page('/_local/tenants', async () => ({
      now: keys.clock.now().toISOString(),
      tenants: await shownTenants(keys, tables),
    })),
    page('/_local/audit', async () => ({ events: await newestEvents(tables) })),
    page('/_local/matrix', async () => {
      const kept = await keptKeys(keys, tables);
      const drawn = kept.slice(0, matrixTenants);
      const sessions = sessionsOf(drawn.map(({ tenantId }) => tenantId));
      return { tenants: kept.length, ...(await matrixOf(asked, allowed, sessions, drawn)) };
    }),
    page('/_local/matrix/cell', async (query) => {
      const kept = await keptKeys(keys, tables);
      const found = kept.find(({ tenantId }) => tenantId === query.get('key'));
      const sessions = sessionsOf(kept.map(({ tenantId }) => tenantId));
      const session = sessions.find(({ id }) => id === query.get('session'));
      if (found === undefined || session === undefined) {
        throw new ControlError('There is no such session, or no key of such a tenant.', 404);
      }
      return cellOf({ asked, policies, session, kept: found });
    }),
  ];
}

/** @returns where everything is, which a deployment does not know of itself */
export const endpointsPage = (endpoints: Readonly<Record<string, string>>): ControlEndpoint =>
  page('/_local/endpoints', async () => endpoints);

const page = (path: string, get: (query: URLSearchParams) => Promise<object>): ControlEndpoint => ({
  path,
  methods: { GET: (query) => get(query as URLSearchParams) },
});
