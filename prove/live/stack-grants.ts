/** Grants on the stack's own keys, which go round the policies that the theorems are about. */
import type { GrantListEntry } from '@aws-sdk/client-kms';
import type { StackPolicies } from '../stack-policies.ts';
import type { Clients } from './clients.ts';
import { grantsOf } from './tenant-keys.ts';

export interface StackFinding {
  readonly theorem: string;
  readonly sentence: string;
}

/** DynamoDB makes grants for itself on the key of its tables (DynamoDB developer guide, "Encryption at rest"). */
const isDynamoDb = ({ GranteePrincipal = '' }: GrantListEntry) =>
  /^dynamodb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(GranteePrincipal);

/** By the beginning of the key's title: the theorem, and whose grants are the product's. */
const ofKeys: Readonly<
  Record<string, readonly [theorem: string, isOwn: (grant: GrantListEntry) => boolean]>
> = {
  CertificateKey: ['6.1', () => false],
  ProductKey: ['6.2', isDynamoDb],
};

export async function grantsRoundStack(
  kms: Clients['kms'],
  stack: StackPolicies,
): Promise<StackFinding[]> {
  const found: StackFinding[] = [];
  for (const [title, [theorem, isOwn]] of Object.entries(ofKeys)) {
    const grants = await grantsOf(kms, stack.key(title).arn);
    for (const grant of grants.filter((one) => !isOwn(one))) {
      const { GranteePrincipal, Operations = [] } = grant;
      const sentence = `a grant on ${title} lets ${GranteePrincipal} do ${Operations.join(', ')}`;
      found.push({ theorem, sentence });
    }
  }
  return found;
}
