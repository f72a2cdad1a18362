/** What the scenario needs at the endpoint: the caller, the table, the roles, the handlers with their sessions. */
import type { Role } from '../../local/sts/role.ts';
import { type Api, openApi } from './api.ts';
import { type Blueprint, readBlueprint } from './blueprint.ts';
import type { CleanUp } from './clean-up.ts';
import {
  type Caller,
  type Clients,
  clientsOf,
  type Destination,
  type Keys,
  keysOf,
} from './clients.ts';
import { openIssuer } from './issuer.ts';
import { isNotYet, isUnknownPrincipal, type Patience } from './patience.ts';
import type { Report } from './report.ts';
import { createRole, deleteRole } from './roles.ts';
import { withoutFunction } from './session-broker.ts';
import { createTable, deleteTable } from './table.ts';

export interface Run {
  readonly destination: Destination;
  readonly caller: Caller;
  /** prefix of the names of all that this run makes; no other run has it */
  readonly name: string;
  /** for the assembly */
  readonly folder: string;
  readonly report: Report;
  readonly cleanUp: CleanUp;
  readonly patience: Patience;
}

export interface Harness {
  readonly blueprint: Blueprint;
  readonly api: Api;
  readonly dataPlane: Clients;
  readonly controlPlane: Clients;
  readonly sessionBroker: Clients;
}

export async function openHarness(run: Run): Promise<Harness> {
  const { report, destination } = run;
  const { Arn: callerArn, ...account } = await report.step(
    'the endpoint tells who runs this',
    () => identityOf(run.caller),
    ({ Arn }) => Arn,
  );
  const issuer = await openIssuer();
  run.cleanUp.note('the issuer of tokens', issuer.close);
  const blueprint = await report.step(
    'the template is synthesized, the functions bundled',
    async () =>
      readBlueprint(
        { ...account, region: destination.region, stackName: run.name },
        run.folder,
        issuer.url,
      ),
  );
  await makeTable(run, blueprint);
  const { controlPlaneRole, dataPlaneRole, sessionBrokerRole, tenantRole } = blueprint;
  await makeRole(run, 'control plane', controlPlaneRole, callerArn);
  await makeRole(run, 'data plane', dataPlaneRole, callerArn);
  // Before the tenant role, whose trust policy names it.
  await makeRole(run, 'session broker', withoutFunction(sessionBrokerRole), callerArn);
  await makeRole(run, 'tenant', tenantRole);
  const controlPlane = await openSession(run, 'control plane', controlPlaneRole);
  const dataPlane = await openSession(run, 'data plane', dataPlaneRole);
  const sessionBroker = await openSession(run, 'session broker', sessionBrokerRole);
  const api = await openApi(blueprint, {
    destination,
    issuer: issuer.url,
    keysOfRole: new Map([
      [controlPlaneRole.arn, controlPlane],
      [dataPlaneRole.arn, dataPlane],
      [sessionBrokerRole.arn, sessionBroker],
    ]),
  });
  run.cleanUp.note('the workers', api.close);
  return {
    blueprint,
    api,
    controlPlane: clientsOf(destination, controlPlane),
    dataPlane: clientsOf(destination, dataPlane),
    sessionBroker: clientsOf(destination, sessionBroker),
  };
}

async function identityOf({ sts }: Caller) {
  const { Arn = '', Account: accountId = '' } = await sts.getCallerIdentity({});
  const partition = /^arn:(aws[a-z-]*):/.exec(Arn)?.[1];
  if (partition === undefined || !/^\d{12}$/.test(accountId)) {
    throw new Error(`STS answers with no account: '${Arn}', '${accountId}'`);
  }
  if (Arn.endsWith(':root')) {
    throw new Error(
      `${Arn} cannot assume roles (STS API reference, AssumeRole): use a user or a role`,
    );
  }
  return { Arn, accountId, partition };
}

async function makeTable({ report, cleanUp, caller }: Run, { table }: Blueprint): Promise<void> {
  cleanUp.note(`table ${table.TableName}`, () => deleteTable(caller.dynamodb, table.TableName));
  await report.step(`table ${table.TableName}`, () => createTable(caller.dynamodb, table));
}

async function makeRole(
  { report, cleanUp, patience, caller }: Run,
  what: string,
  role: Role,
  callerArn?: string,
): Promise<void> {
  cleanUp.note(`role ${role.name}`, () => deleteRole(caller.iam, role.name));
  await report.step(`${what} role, with the template's policies`, () =>
    patience.insist(() => createRole(caller.iam, role, callerArn), isUnknownPrincipal),
  );
}

const openSession = (
  { report, patience, caller, name }: Run,
  what: string,
  role: Role,
): Promise<Keys> =>
  report.step(`a session of the ${what} role`, () =>
    patience.insist(async () => {
      const answer = await caller.sts.assumeRole({ RoleArn: role.arn, RoleSessionName: name });
      return keysOf(answer.Credentials);
    }, isNotYet),
  );
