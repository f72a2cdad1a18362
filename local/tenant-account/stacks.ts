/** CloudFormation in the tenant's account: a template's keys and roles, made when CreateStack is called and not after. */
import { randomInt } from 'node:crypto';
import type { Call, Service } from '../aws/operation.ts';
import { type Input, listOf, refuseOthers } from '../aws/query-input.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Clock } from '../clock.ts';
import {
  findStack,
  nameOf,
  type Stacks,
  stackIdOf,
  stackReads,
} from '../cloudformation/service.ts';
import type { Account } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';
import { deleteResources, makeResources, type StackAccount } from './stack-resources.ts';
import type { StackStore, StoredStack } from './stack-store.ts';

export interface TenantStacksOptions {
  readonly account: Omit<Account, 'stackName'>;
  readonly resources: StackAccount;
  readonly store: StackStore;
  readonly clock: Clock;
}

export function tenantStacks({ account, resources, store, clock }: TenantStacksOptions): Service {
  const stacks: Stacks = { account, all: store.all };
  const create = (input: Input, call: Call) => {
    const requested = readCreateStack(input, clock);
    if (findStack('CreateStack', requested.name, stacks, call) !== undefined)
      throw new AwsError('AlreadyExistsException', `Stack [${requested.name}] already exists`);
    const { template } = understood(() => store.read(requested));
    requireCapabilities(template, textsOf(input, 'Capabilities'));
    understood(() => makeResources(resources, template, call));
    store.add(requested);
    return { StackId: stackIdOf(template.account) };
  };
  return {
    name: 'cloudformation',
    operations: {
      ...stackReads(stacks),
      CreateStack: create,
      // As on AWS: to delete what is not there is no error.
      DeleteStack(input, call) {
        refuseOthers('DeleteStack', input, ['StackName']);
        const found = findStack('DeleteStack', nameOf(input.StackName), stacks, call);
        if (found === undefined) return {};
        deleteResources(resources, found.template, call);
        store.delete(found.template.account.stackName);
        return {};
      },
    },
  };
}

const maxTemplateBytes = 51_200;

/** @throws AwsError ValidationError, MalformedInput, UnsupportedOperation */
function readCreateStack(input: Input, clock: Clock): StoredStack {
  refuseOthers('CreateStack', input, ['StackName', 'TemplateBody', 'Parameters', 'Capabilities']);
  const name = nameOf(input.StackName);
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) throw invalid(`${name} is no name of a stack`);
  const { TemplateBody: template } = input;
  if (typeof template !== 'string') throw invalid('TemplateBody must be given');
  if (Buffer.byteLength(template) > maxTemplateBytes)
    throw invalid(`TemplateBody may have ${maxTemplateBytes} bytes`);
  return {
    name,
    instance: randomInt(1, 2 ** 40),
    createdAt: clock.now().getTime(),
    template,
    parameters: parametersOf(input),
  };
}

function parametersOf(input: Input): Record<string, string> {
  const pairs = listOf(input, 'Parameters').map((item): [string, string] => {
    const { ParameterKey, ParameterValue, ...others } = item as Input;
    const isWhole = typeof ParameterKey === 'string' && typeof ParameterValue === 'string';
    if (!isWhole || Object.keys(others).length > 0)
      throw invalid('Parameters must have ParameterKey and ParameterValue, and nothing else');
    return [ParameterKey, ParameterValue];
  });
  if (new Set(pairs.map(([key]) => key)).size < pairs.length)
    throw invalid('Parameters: a key is given twice');
  return Object.fromEntries(pairs);
}

const textsOf = (input: Input, member: string): readonly string[] =>
  listOf(input, member).map(String);

/** Whoever makes roles says so, and says so more loudly of roles with names. @throws AwsError InsufficientCapabilitiesException */
function requireCapabilities(template: Template, given: readonly string[]): void {
  const roles = template.ofType('AWS::IAM::Role');
  const named = roles.some(({ properties }) => properties.RoleName !== undefined);
  const needed = named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
  const enough = given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed);
  if (roles.length === 0 || enough) return;
  throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);
}

/** @throws AwsError as it is, and ValidationError for what nobody understands of a template or of a policy in it */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError) throw error;
    if (!/^(?:Template|MalformedPolicy|UnsupportedPolicy)Error$/.test((error as Error).name))
      throw error;
    throw invalid(`Template error: ${(error as Error).message}`);
  }
}

const invalid = (message: string) => new AwsError('ValidationError', message);
