/** One AWS endpoint with a template's keys, roles, tables and functions, which enforces the template's policies. */
import { accountServices } from './account-services.ts';
import { type Credentials, credentialStore } from './aws/authentication/credentials.ts';
import { byAccount } from './aws/by-account.ts';
import type { FinishedCall } from './aws/call.ts';
import { clockEndpoint } from './aws/control/clock.ts';
import { type AwsEndpoint, serveAws } from './aws/endpoint.ts';
import { type AdvancingClock, type Clock, openClock } from './clock.ts';
import { cloudformation } from './cloudformation/service.ts';
import type { TrailEvent } from './cloudtrail/event.ts';
import { openTrail, type Trail } from './cloudtrail/trail.ts';
import { dashboardEndpoints } from './dashboard/endpoints.ts';
import { frontPage } from './dashboard/front-page.ts';
import { referenceAnswers } from './dashboard/reference-page.ts';
import { type DataDir, openDataDir } from './data-dir.ts';
import { type DeployedStack, deployedStacks } from './deployed-stacks.ts';
import { type DynamoDb, dynamodb } from './dynamodb/service.ts';
import { readTables } from './dynamodb/template.ts';
import { type BusEvent, events } from './events/service.ts';
import { functionSession } from './function-session.ts';
import type { Caller } from './iam/caller.ts';
import type { KmsAccount } from './kms/account.ts';
import { declareKeys } from './kms/declared-key.ts';
import { deleteKeysOf } from './kms/deleted-stack.ts';
import { liveKeys } from './kms/live-keys.ts';
import { kmsCloudTrailFields } from './kms/service.ts';
import { openKeyStore } from './kms/store.ts';
import { readKeys } from './kms/template.ts';
import { lambda } from './lambda/service.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import { lastProof } from './last-proof.ts';
import { operatorOf } from './operator.ts';
import { outboundIssuer } from './sts/outbound-issuer.ts';
import { outboundPage } from './sts/outbound-page.ts';
import type { Role } from './sts/role.ts';
import { sessionOf } from './sts/session.ts';
import type { Template } from './template/template.ts';
import { openTenantAccount } from './tenant-account/tenant-account.ts';

export interface DeploymentOptions {
  readonly template: Template;
  /** of a stack that was deleted since the folder was last used */
  readonly deleted?: Template | undefined;
  /** of signatures and sessions; KMS's clock starts from it, and can be put forward */
  readonly clock: Clock;
  /** 0 picks a free one */
  readonly port: number;
  /** keeps keys and tables; absent: they are in memory */
  readonly dataDir?: string | undefined;
  /** whether KMS throttles by the quotas of a real account; off by default */
  readonly quotas?: boolean | undefined;
  /** of the quotas, in milliseconds since any moment; real time by default */
  readonly quotaNow?: (() => number) | undefined;
  /** how long an on-demand rotation takes, by KMS's clock; absent: it is done when it is asked for */
  readonly onDemandRotationMs?: number | undefined;
  /** of `npm run prove`, for the page; absent: the checkout's */
  readonly proofFile?: string | undefined;
  readonly onCall?: (call: FinishedCall) => void;
  /** called for each event that was put on the default bus */
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
  /** called for each call that the trail records, in the order in which the calls end */
  readonly onTrailEvent?: ((event: TrailEvent) => void) | undefined;
  readonly onError?: (error: unknown, requestId: string) => void;
}

export interface Deployment extends AwsEndpoint, DeployedStack {
  /** an administrator of the account, with Allow * on * */
  readonly operator: Credentials;
  /** `iss` of the account's web identity tokens */
  readonly outboundIssuer: string;
  /** another account, which plays a tenant's own, and its administrator */
  readonly tenantAccount: { readonly accountId: string; readonly operator: Credentials };
  /** of every stack in the account, by ARN */
  readonly roles: ReadonlyMap<string, Role>;
  /** of KMS; when `advance` returns, the rotations and deletions that came due are done */
  readonly clock: AdvancingClock;
  /** has the last events */
  readonly trail: Pick<Trail, 'events'>;
  /**
   * Deploys another stack into the same account and region. Pages and control endpoints stay the first one's.
   * @returns the deployment as the other stack's, which ends with this one
   */
  add(template: Template, onTrailEvent: (event: TrailEvent) => void): Promise<Deployment>;
  /**
   * @param definition with another `roleArn` than the template's, it is the function to which that role was passed
   * @returns credentials as the function's environment holds them; only they carry `lambda:SourceFunctionArn`
   * @throws Error where the role is missing or does not trust Lambda
   */
  issueTo(definition: FunctionDefinition): Credentials;
  /** @returns credentials of a session of the role outside of any function */
  issue(role: Role, sessionName: string, tags?: Readonly<Record<string, string>>): Credentials;
}

/** As long as the stack may run: nothing renews the credentials in a worker's environment variables. */
const serviceSessionMs = 365 * 86_400_000;

/** @throws Error for what the stack does not understand in the template, or a folder that is in use */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const folder = options.dataDir === undefined ? undefined : openDataDir(options.dataDir);
  try {
    return await deployIn(folder, options);
  } catch (error) {
    folder?.close();
    throw error;
  }
}

async function deployIn(
  folder: DataDir | undefined,
  options: DeploymentOptions,
): Promise<Deployment> {
  const { template, clock } = options;
  const { account } = template;
  const { onEvent = () => {}, onTrailEvent = () => {} } = options;
  const stacks = deployedStacks();
  const own = stacks.add(template, onTrailEvent);
  const { roles } = stacks;
  const credentials = credentialStore(clock);
  const keys = openKeys(folder, options);
  const { clock: advancing, onDemandRotationMs } = keys;
  const tenantAccount = openTenantAccount({
    account,
    clock,
    kms: { clock: advancing, onDemandRotationMs },
    files: folder,
  });
  const kmsClock = clockOf(advancing, [keys, tenantAccount.keys]);
  const tables = await openTables(folder, template);
  const operator = operatorOf(account.partition, account.accountId);
  const dashboard = dashboardEndpoints({
    template,
    keys,
    roles,
    operator,
    dynamodb: tables.service,
    clock,
    proofFile: options.proofFile ?? lastProof,
  });
  const trail = openTrail({
    ...account,
    fields: kmsCloudTrailFields,
    recordsInvokes: stacks.recordsInvokes,
    onEvent: stacks.onTrailEvent,
  });
  const issuer = outboundIssuer({
    accountId: account.accountId,
    address: () => endpoint.url,
    file: folder?.tokenKeys,
  });
  const endpoint: AwsEndpoint = await serveAws({
    services: [
      ...accountServices({ ...options, credentials, keys, roles, issuer, tenantAccount }),
      byAccount({
        [account.accountId]: cloudformation(stacks.templates, clock),
        [tenantAccount.accountId]: tenantAccount.cloudformation,
      }),
      ...[
        tables.service,
        events({ ...account, onEvent }),
        lambda({ account, functions: stacks.functions, runtime: stacks.runtimeOf }),
      ].map((service) => byAccount({ [account.accountId]: service })),
    ],
    credentials,
    clock,
    region: account.region,
    port: options.port,
    pages: [frontPage, referenceAnswers(), outboundPage(issuer)],
    controlEndpoints: [clockEndpoint(kmsClock), ...dashboard],
    onServed: (call) => trail.record(call),
    ...(options.onCall && { onCall: options.onCall }),
    ...(options.onError && { onError: options.onError }),
  });
  const issue = (caller: Caller) =>
    credentials.issue(caller, { expiresAt: new Date(clock.now().getTime() + serviceSessionMs) });
  const deployment: Deployment = {
    ...endpoint,
    ...own,
    operator: credentials.issue(operator),
    tenantAccount: {
      accountId: tenantAccount.accountId,
      operator: credentials.issue(tenantAccount.operator),
    },
    roles,
    outboundIssuer: issuer.url,
    clock: kmsClock,
    trail,
    async add(other, onOtherTrailEvent) {
      const added = stacks.add(other, onOtherTrailEvent);
      declareKeys(keys, readKeys(other));
      for (const table of readTables(other)) await tables.createTable(table);
      return {
        ...deployment,
        ...added,
        addControlEndpoint: () => {},
        close: async () => {},
      };
    },
    issueTo: (definition) => issue(functionSession(definition, roles)),
    issue: (role, sessionName, tags = {}) => issue(sessionOf(role, sessionName, tags)),
    async close() {
      await endpoint.close();
      await tables.close();
      try {
        // Writes the keys' last uses, which are not written one by one.
        if (folder !== undefined) {
          for (const { store } of [keys, tenantAccount.keys])
            if (store.keys.size > 0) store.change(() => {});
        }
      } finally {
        folder?.close();
      }
    },
  };
  return deployment;
}

async function openTables(folder: DataDir | undefined, template: Template): Promise<DynamoDb> {
  const tables = await dynamodb({ ...template.account, path: folder?.tables });
  for (const table of readTables(template)) await tables.createTable(table);
  return tables;
}

interface Keys extends KmsAccount {
  readonly clock: AdvancingClock;
}

/** @returns the keys that were kept, and those that the template declares */
function openKeys(
  folder: DataDir | undefined,
  {
    template,
    deleted,
    clock,
    onDemandRotationMs,
  }: Pick<DeploymentOptions, 'template' | 'deleted' | 'clock' | 'onDemandRotationMs'>,
): Keys {
  const keys: Keys = {
    ...template.account,
    clock: openClock(clock, folder?.clock),
    store: openKeyStore(folder?.keys),
    onDemandRotationMs,
  };
  if (deleted !== undefined) deleteKeysOf(keys, readKeys(deleted));
  declareKeys(keys, readKeys(template));
  return keys;
}

/** Key material that is due goes at once, from the disk too, and not only when a key is next looked up. */
function clockOf(clock: AdvancingClock, accounts: readonly KmsAccount[]): AdvancingClock {
  return {
    get aheadMs() {
      return clock.aheadMs;
    },
    now: () => clock.now(),
    advance(ms) {
      clock.advance(ms);
      for (const account of accounts) liveKeys(account);
    },
  };
}
