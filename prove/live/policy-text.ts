/**
 * A policy as AWS gives it, which somebody else wrote. Invariant: what two readers could take for two things is no
 * policy, and nothing in it passes for a name that only the proofs have.
 */
import { parseStrictJson } from '../../contract/strict-json.ts';
import { UnknownPolicyElement } from '../formula/value-text.ts';

const elements = new Set(['Version', 'Id', 'Statement']);

/** @throws UnknownPolicyElement */
export function documentOf(name: string, text: string): Readonly<Record<string, unknown>> {
  const document = jsonOf(name, text);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new UnknownPolicyElement(`${name}: no policy`);
  }
  const unknown = Object.keys(document).find((element) => !elements.has(element));
  if (unknown !== undefined) throw new UnknownPolicyElement(`${name}: the element ${unknown}`);
  // Written anew, since an escape could hide it; and names are compared without case.
  if (/prove:/i.test(JSON.stringify(document))) {
    throw new UnknownPolicyElement(`${name}: a name of the proofs' own, prove:...`);
  }
  return document as Readonly<Record<string, unknown>>;
}

function jsonOf(name: string, text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    throw new UnknownPolicyElement(`${name}: the policy ${(error as Error).message}`);
  }
}
