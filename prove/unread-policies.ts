/**
 * The policies of a template of which no theorem speaks. Invariant: none of them lets an IAM identity in, so that what
 * identities may do is decided by the policies that are read. Whatever else looks like a policy stops the proof.
 */
import { resourceTypes } from '../local/template/resource-types.ts';
import type { Template } from '../local/template/template.ts';
import { UnknownPolicyElement } from './formula/value-text.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Of these the theorems speak. */
const read = new Set(['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::KMS::Key']);

/** What else has a policy, and whether that lets in services of AWS alone. */
const letsServicesInAlone: Readonly<Record<string, (properties: Properties) => boolean>> = {
  'AWS::S3::BucketPolicy': ({ PolicyDocument }) => isForServices(PolicyDocument),
  'AWS::SQS::QueuePolicy': ({ PolicyDocument }) => isForServices(PolicyDocument),
  'AWS::SNS::TopicPolicy': ({ PolicyDocument }) => isForServices(PolicyDocument),
  // Which TLS is taken is called a policy, too.
  'AWS::ApiGateway::DomainName': ({ SecurityPolicy: _, ...others }) => !hasPolicy(others),
  'AWS::ApiGateway::RestApi': ({ SecurityPolicy: _, Policy, ...others }) =>
    !hasPolicy(others) && (Policy === undefined || isForRequests(Policy)),
  'AWS::Lambda::Permission': ({ Principal }) => /^[a-z.-]+\.amazonaws\.com$/.test(`${Principal}`),
};

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
}

const isForServices = (document: unknown): boolean =>
  [(document as { readonly Statement?: Statement | readonly Statement[] }).Statement]
    .flat()
    .every(
      (statement) =>
        statement?.Effect === 'Deny' ||
        (typeof statement?.Principal === 'object' &&
          Object.keys(statement.Principal ?? {}).join() === 'Service'),
    );

/** To send a request to the API is a right on nothing else. */
const isForRequests = (document: unknown): boolean =>
  [(document as { readonly Statement?: Statement | readonly Statement[] }).Statement]
    .flat()
    .every((statement) => statement?.Action === 'execute-api:Invoke');

/** How CloudFormation names a property that is a policy, or part of one, or an access control list. */
const policyLike = /polic|^principal$|^statements?$|boundary|^accesscontrol$/i;

/** @throws UnknownPolicyElement for a policy that is not read and may let an IAM identity in */
export function refuseUnreadPolicies(template: Template): void {
  for (const type of Object.keys(resourceTypes).filter((one) => !read.has(one))) {
    for (const { logicalId, properties } of template.ofType(type)) {
      const isHarmless = letsServicesInAlone[type] ?? ((all) => !hasPolicy(all));
      if (isHarmless(properties)) continue;
      throw new UnknownPolicyElement(
        `${logicalId}: no theorem reads the policy of ${type}, and it may let an IAM identity in`,
      );
    }
  }
}

function hasPolicy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  // A truth value is a switch, such as BlockPublicPolicy.
  return Object.entries(value).some(
    ([name, inner]) => (policyLike.test(name) && typeof inner !== 'boolean') || hasPolicy(inner),
  );
}
