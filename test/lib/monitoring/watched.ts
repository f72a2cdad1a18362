/**
 * The resources of the template that the alarms about changes must name, and how CloudTrail's events name them. All of a
 * type: one that is added later, and that no filter names, is missed here.
 */
import { localAccount } from '../../../local/stack.ts';
import type { Template } from '../../../local/template/template.ts';

export interface Watched {
  readonly service: string;
  /** the logical id, without its hash */
  readonly id: string;
  readonly ways: readonly Way[];
}

interface Way {
  /** the parameter */
  readonly way: string;
  readonly parameters: object;
  /** the metric filter, without the number that tells it from others like it */
  readonly filter: string;
  /** events of the service that name it and are no changes */
  readonly besides?: readonly string[];
}

const { accountId, region } = localAccount;

/** By type: the service, and the ways in which a resource of this name is named. */
const kinds: Readonly<Record<string, { service: string; ways: (name: string) => Way[] }>> = {
  'AWS::IAM::Role': {
    service: 'iam',
    ways: (roleName) => [{ way: 'roleName', parameters: { roleName }, filter: 'TrailRoleChanges' }],
  },
  'AWS::Lambda::Function': {
    service: 'lambda',
    ways: (functionName) => [
      {
        way: 'functionName',
        parameters: { functionName },
        filter: 'StackFunctionChanges',
        besides: ['Invoke'],
      },
    ],
  },
  'AWS::ApiGateway::RestApi': {
    service: 'apigateway',
    ways: (restApiId) => [
      { way: 'restApiId', parameters: { restApiId }, filter: 'StackApiChanges' },
    ],
  },
  'AWS::Events::Rule': {
    service: 'events',
    ways: (name) => [
      { way: 'name', parameters: { name }, filter: 'StackScheduleChanges' },
      { way: 'rule', parameters: { rule: name }, filter: 'StackScheduleChanges' },
    ],
  },
  'AWS::Logs::LogGroup': {
    service: 'logs',
    ways: (logGroupName) => [
      {
        way: 'logGroupName',
        parameters: { logGroupName },
        filter: 'TrailLogChanges',
        besides: ['CreateLogStream'],
      },
      {
        way: 'logGroupIdentifier',
        parameters: { logGroupIdentifier: logGroupArn(logGroupName) },
        filter: 'TrailLogPolicyChanges',
      },
      {
        way: 'resourceIdentifier',
        parameters: { resourceIdentifier: logGroupArn(logGroupName) },
        filter: 'TrailLogKeyChanges',
      },
    ],
  },
};

const logGroupArn = (name: string) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`;

export function watchedOf(template: Template): Watched[] {
  const named = (type: string) =>
    template.ofType(type).map(({ logicalId }) => ({
      id: logicalId.replace(/[0-9A-F]{8}$/, ''),
      ref: template.identity(logicalId).ref,
    }));
  const uses = named('AWS::IAM::Role').map(({ id, ref }) => ({
    service: 'lambda',
    id,
    ways: [
      {
        way: 'role',
        parameters: { role: `arn:aws:iam::${accountId}:role/${ref}` },
        filter: 'StackRoleUses',
      },
    ],
  }));
  return [
    ...uses,
    ...Object.entries(kinds).flatMap(([type, { service, ways }]) =>
      named(type).map(({ id, ref }) => ({ service, id, ways: ways(ref) })),
    ),
  ];
}
