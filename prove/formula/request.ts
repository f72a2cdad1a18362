/**
 * A request of which nothing is known but what a theorem asserts. Invariant: every value of it is a variable of the
 * formulas, so that what holds of it holds of every request: absent and empty values, any letters, any case.
 */
import {
  and,
  equal,
  type Formula,
  implies,
  not,
  or,
  type Text,
  text,
  truth,
  yes,
} from './formula.ts';

/** Names of condition keys are compared without case; so are the keys of tags and of encryption contexts in them. */
export const keyId = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const several = new Set(
  [
    'aws:TagKeys',
    'aws:CalledVia',
    'sts:TransitiveTagKeys',
    'sts:IdentityTokenAudience',
    'kms:EncryptionContextKeys',
    'kms:ResourceAliases',
    'dynamodb:LeadingKeys',
    'dynamodb:Attributes',
  ].map(keyId),
);
/** @returns whether a request may have several values of the key */
export const hasSeveral = (name: string): boolean => several.has(keyId(name));

/** The values of a key that may have several, by what policies and theorems compare them with. */
export interface Members {
  /** what is compared: for each, whether it is among the values */
  readonly tracked: readonly { readonly value: Text; readonly isMember: Formula }[];
  /** whether there is a value that is none of these */
  readonly other: Formula;
}

export interface SymbolicRequest {
  /** in lower case, since IAM compares actions so */
  readonly action: Text;
  readonly resource: Text;
  readonly caller: SymbolicCaller;
  /** whether the request has the key, and its value */
  readonly present: (key: string) => Formula;
  readonly value: (key: string) => Text;
  /** what the key's value says, in whatever case, where it is a truth value */
  readonly isTrue: (key: string) => Formula;
  /** the name of the variable that is the number which the key's value says */
  readonly number: (key: string) => string;
  readonly members: (key: string) => Members;
  /** something about this request that is known and not modelled: a solver chooses it */
  readonly notModelled: (what: string) => Formula;
  /** what holds of every request: equal values are members together */
  readonly laws: () => Formula;
}

export interface SymbolicCaller {
  /** of the session, where it is one */
  readonly arn: Text;
  /** of the role or user */
  readonly principalArn: Text;
  readonly accountId: Text;
  /** `''` for a caller that is no service of AWS */
  readonly service: Text;
}

/**
 * @param name of the request, in front of the names of its variables
 * @param compared values that policies and theorems compare a key's several values with, by id
 */
export function symbolicRequest(
  name: string,
  compared: ReadonlyMap<string, readonly Text[]>,
): SymbolicRequest {
  const named = (part: string) => `${name} ${part}`;
  const members = (key: string): Members => {
    const id = keyId(key);
    return {
      tracked: (compared.get(id) ?? []).map((value) => ({
        value,
        isMember: truth(named(`${id} has ${nameOf(value)}`)),
      })),
      other: truth(named(`${id} has another`)),
    };
  };
  const present = (key: string) => {
    if (!hasSeveral(key)) return truth(named(`has ${keyId(key)}`));
    const { tracked, other } = members(key);
    return or(other, ...tracked.map(({ isMember }) => isMember));
  };
  return {
    action: text(named('action')),
    resource: text(named('resource')),
    caller: {
      arn: text(named('caller')),
      principalArn: text(named('aws:principalarn')),
      accountId: text(named('aws:principalaccount')),
      service: text(named('service')),
    },
    present,
    value: (key) => text(named(keyId(key))),
    isTrue: (key) => truth(named(`${keyId(key)} is true`)),
    number: (key) => named(`${keyId(key)} as a number`),
    members,
    notModelled: (what) => truth(`not modelled: ${named(what)}`),
    laws: () => and(...[...compared.keys()].map((key) => consistent(members(key)))),
  };
}

/** @returns a name that differs where the texts do */
export function nameOf(of: Text): string {
  if (of.kind === 'literal') return `'${of.value.replaceAll("'", "''")}'`;
  if (of.kind === 'variable') return of.name;
  return of.parts.map(nameOf).join('+');
}

function consistent({ tracked }: Members): Formula {
  const laws: Formula[] = [];
  for (const [at, one] of tracked.entries()) {
    for (const two of tracked.slice(at + 1)) {
      const same = equal(one.value, two.value);
      laws.push(
        implies(and(same, one.isMember), two.isMember),
        implies(and(same, two.isMember), one.isMember),
      );
    }
  }
  return laws.length === 0 ? yes : and(...laws);
}

/** @returns that the caller is no service */
export const isIdentity = ({ service }: SymbolicCaller): Formula =>
  equal(service, { kind: 'literal', value: '' });
export const isService = (caller: SymbolicCaller): Formula => not(isIdentity(caller));
