/** The control endpoints from which the page at `/` gets its data. */
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
import { shownProofOf } from './proof.ts';
import { type Session, sessionsOfTenants, standingSessions } from './sessions.ts';
import { rolePolicies } from './statements.ts';
import { tablesOf } from './tables.ts';
import { registeredKeys, shownTenants } from './tenants.ts';

export interface DashboardOptions {
  readonly template: Template;
  readonly keys: KmsAccount;
  readonly roles: ReadonlyMap<string, Role>;
  /** reads the tables, and has a row of the matrix */
  readonly operator: Caller;
  readonly dynamodb: Service;
  /** of signatures and sessions; what policies take for the time */
  readonly clock: Clock;
  /** file of the last report of `npm run prove` */
  readonly proofFile: string;
}

/** The matrix has only the first tenants by id, since it grows with the square of their number. */
export const matrixTenants = 16;

/** @returns the endpoints that need nothing but a deployment */
export function dashboardEndpoints(options: DashboardOptions): ControlEndpoint[] {
  const { template, keys, roles, operator, dynamodb, clock } = options;
  const { region, accountId } = keys;
  const kms = { account: keys, clock };
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
  const allowed = allowedActions(kms, template);
  const policies = rolePolicies(template);
  const standing = standingSessions(template, roles, operator);
  const sessionsOf = (tenantIds: readonly string[]): Session[] => [
    ...sessionsOfTenants(template, roles, tenantIds),
    ...standing,
  ];

  return [
    getEndpoint('/_local/tenants', async () => ({
      now: keys.clock.now().toISOString(),
      tenants: await shownTenants(keys, tables),
    })),
    getEndpoint('/_local/audit', async () => ({ events: await newestEvents(tables) })),
    getEndpoint('/_local/proof', shownProofOf(options.proofFile, template)),
    getEndpoint('/_local/matrix', async () => {
      const all = await registeredKeys(keys, tables);
      const drawn = all.slice(0, matrixTenants);
      const sessions = sessionsOf(drawn.map(({ tenantId }) => tenantId));
      return { tenants: all.length, ...(await matrixOf(kms, allowed, sessions, drawn)) };
    }),
    getEndpoint('/_local/matrix/cell', async (query) => {
      const all = await registeredKeys(keys, tables);
      const registered = all.find(({ tenantId }) => tenantId === query.get('key'));
      const sessions = sessionsOf(all.map(({ tenantId }) => tenantId));
      const session = sessions.find(({ id }) => id === query.get('session'));
      if (registered === undefined || session === undefined) {
        throw new ControlError('There is no such session, or no key of such a tenant.', 404);
      }
      return cellOf({ kms, policies, session, registered });
    }),
  ];
}

/** The URLs of the whole stack, which a deployment does not know. */
export const addressesEndpoint = (endpoints: Readonly<Record<string, string>>): ControlEndpoint =>
  getEndpoint('/_local/endpoints', async () => endpoints);

const getEndpoint = (
  path: string,
  get: (query: URLSearchParams) => Promise<object>,
): ControlEndpoint => ({
  path,
  methods: { GET: (query) => get(query as URLSearchParams) },
});
