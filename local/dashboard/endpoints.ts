/** The control endpoints from which the page at `/` gets its data. */
import { randomUUID } from 'node:crypto';
import { callOf } from '../aws/call.ts';
import { type ControlEndpoint, ControlError } from '../aws/control/control-endpoint.ts';
import { decisionLog } from '../aws/decision-log.ts';
import type { Service } from '../aws/operation.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { KmsAccount } from '../kms/account.ts';
import type { FunctionDefinition } from '../lambda/template.ts';
import type { Role } from '../sts/role.ts';
import type { Template } from '../template/template.ts';
import { allowedActions } from './allowed-actions.ts';
import { decisionCache } from './decision-cache.ts';
import { newestEvents, readEventQuery } from './events.ts';
import { useOf } from './key-use.ts';
import { keyUsersOf } from './key-users.ts';
import { matrixOf } from './matrix.ts';
import { cellOf } from './matrix-cell.ts';
import { shownProofOf } from './proof.ts';
import { registryOf } from './registry.ts';
import { readSelection, select, type UsedTenant } from './selection.ts';
import { standingSessions, tenantSessions } from './sessions.ts';
import { rolePolicies } from './statements.ts';
import { tablesOf } from './tables.ts';
import { isKeyed, shownTenant } from './tenants.ts';

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

/** @returns the endpoints that need nothing but a deployment */
export function dashboardEndpoints(options: DashboardOptions): ControlEndpoint[] {
  const { template, keys, proofFile } = options;
  const kms = { account: keys, clock: options.clock };
  const tables = openTables(options);
  const cached = decisionCache(keys, template);
  const allowed = allowedActions(kms, cached);
  const policies = rolePolicies(template);
  const { ofTenant, standing } = sessionsOf(options);
  const registry = registryOf(keys, tables, useOf(kms, cached), ofTenant);
  const rowsOf = (tenants: readonly UsedTenant[]) => [
    ...tenants.flatMap(({ tenantId }) => ofTenant(tenantId) ?? []),
    ...standing,
  ];
  const tenantNamed = async (tenantId: string | null) =>
    (await registry()).find((tenant) => tenant.tenantId === tenantId);

  return [
    getEndpoint('/_local/tenants', async (query) => {
      const all = await registry();
      const { tenants, ...selected } = select(all, readSelection(query));
      return {
        now: keys.clock.now().toISOString(),
        total: all.length,
        uses: countsOf(all),
        ...selected,
        tenants: tenants.map((tenant) => shownTenant(keys, tenant, tenant.use)),
      };
    }),
    getEndpoint('/_local/audit', async (query) => ({
      events: await newestEvents(tables, readEventQuery(query)),
    })),
    getEndpoint('/_local/proof', shownProofOf(proofFile, template)),
    getEndpoint('/_local/matrix', async (query) => {
      const all = await registry();
      const { tenants, ...selected } = select(all, readSelection(query));
      const matrix = await matrixOf(kms, allowed, rowsOf(tenants), tenants);
      return { total: all.length, uses: countsOf(all), ...selected, ...matrix };
    }),
    getEndpoint('/_local/tenant', async (query) => {
      const tenant = found(await tenantNamed(query.get('tenantId')));
      return shownTenant(keys, tenant, tenant.use);
    }),
    getEndpoint('/_local/tenant/users', async (query) => {
      const tenant = found(await tenantNamed(query.get('tenantId')));
      if (!isKeyed(tenant)) return { users: [], neighbours: 0 };
      const others = (await registry()).filter(({ tenantId }) => tenantId !== tenant.tenantId);
      return keyUsersOf(kms, allowed, tenant, rowsOf([tenant, ...others]));
    }),
    getEndpoint('/_local/matrix/cell', async (query) => {
      const tenant = await tenantNamed(query.get('key'));
      const id = query.get('session') ?? '';
      const owner = id.startsWith('tenant/') ? await tenantNamed(id.slice('tenant/'.length)) : null;
      const session = rowsOf(owner ? [owner] : []).find((candidate) => candidate.id === id);
      if (tenant === undefined || !isKeyed(tenant) || session === undefined) {
        throw new ControlError('There is no such session, or no key of such a tenant.', 404);
      }
      return cellOf({ kms, policies, session, tenant });
    }),
  ];
}

/** Read in process, as the operator. */
const openTables = ({ template, keys, operator, dynamodb, clock }: DashboardOptions) =>
  tablesOf(template, dynamodb, () =>
    callOf({
      service: dynamodb.name,
      caller: operator,
      requestId: randomUUID(),
      sourceIp: '127.0.0.1',
      clock,
      region: keys.region,
      decisions: decisionLog(),
    }),
  );

const sessionsOf = ({ template, roles, operator }: DashboardOptions) => ({
  ofTenant: tenantSessions(template, roles),
  standing: standingSessions(template, roles, operator),
});

/** @throws ControlError */
function found<T>(tenant: T | undefined): T {
  if (tenant === undefined) throw new ControlError('There is no such tenant.', 404);
  return tenant;
}

/** @returns how many tenants' calls would end how */
function countsOf(tenants: readonly UsedTenant[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { use } of tenants) counts[use.outcome] = (counts[use.outcome] ?? 0) + 1;
  return counts;
}

/** The URLs of the whole stack, which a deployment does not know. */
export const addressesEndpoint = (
  endpoints: Readonly<Record<string, string | boolean>>,
): ControlEndpoint => getEndpoint('/_local/endpoints', async () => endpoints);

/** Whose tokens count, as the functions have it in their environment. */
export const issuersEndpoint = (
  functions: ReadonlyMap<string, FunctionDefinition>,
): ControlEndpoint =>
  getEndpoint('/_local/issuers', async () => {
    const settings = [...functions.values()].flatMap(
      ({ environment }) => environment.ISSUERS ?? [],
    );
    return { issuers: JSON.parse(settings[0] as string) };
  });

const getEndpoint = (
  path: string,
  get: (query: URLSearchParams) => Promise<object>,
): ControlEndpoint => ({
  path,
  methods: { GET: (query) => get(query as URLSearchParams) },
});
