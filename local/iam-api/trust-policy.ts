/** A trust policy as IAM's API takes one. Invariant: no statement of it stands there that decides nothing. */
import { type PolicyDocument, parsePolicy } from '../iam/policy-document.ts';
import { MalformedPolicyError } from '../iam/policy-error.ts';

/** @throws MalformedPolicyError, UnsupportedPolicyError */
export function parseTrustPolicy(document: string, name: string): PolicyDocument {
  const policy = parsePolicy(document, name, 'resource');
  for (const { name: statement, action, resource } of policy.statements) {
    const place = { text: `${name}, statement ${statement}`, variables: false } as const;
    const refuse = (problem: string) => {
      throw new MalformedPolicyError({ ...place, policy: 'trust' }, problem);
    };
    if (resource !== undefined) refuse('a trust policy has no Resource: it is the role itself');
    if (action === undefined) refuse('Action is missing');
    else if (action.negated || !action.source.every((source) => /^sts:/i.test(source)))
      refuse('a trust policy may only name actions of sts');
  }
  return policy;
}
