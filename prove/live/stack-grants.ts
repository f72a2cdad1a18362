/** Grants on the stack's own keys, which go round the policies that the theorems are about. */
import type { GrantListEntry } from '@aws-sdk/client-kms';
import { type StackPolicies, signingKeysOf } from '../stack-policies.ts';
import type { Clients } from './clients.ts';
import { grantsOf } from './tenant-keys.ts';

export interface StackFinding {
  readonly theorem: string;
  readonly sentence: string;
}

/** DynamoDB makes grants for itself on the key of its tables (DynamoDB developer guide, "Encryption at rest"). */
const isDynamoDb = ({ GranteePrincipal = '' }: GrantListEntry) =>
  /^dynamodb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(GranteePrincipal);

/** The stack's own keys: the theorem, and whose grants are the product's. */
const ownKeys = (stack: StackPolicies) => [
  ...signingKeysOf(stack).map((key) => ({ key, theorem: '6.1', isOwn: () => false })),
  { key: stack.key('ProductKey'), theorem: '6.2', isOwn: isDynamoDb },
];

export async function grantsRoundStack(
  kms: Clients['kms'],
  stack: StackPolicies,
): Promise<StackFinding[]> {
  const found: StackFinding[] = [];
  for (const { key, theorem, isOwn } of ownKeys(stack)) {
    const grants = await grantsOf(kms, key.arn);
    for (const grant of grants.filter((one) => !isOwn(one))) {
      const { GranteePrincipal, Operations = [] } = grant;
      const sentence = `a grant on ${key.title} lets ${GranteePrincipal} do ${Operations.join(', ')}`;
      found.push({ theorem, sentence });
    }
  }
  return found;
}
