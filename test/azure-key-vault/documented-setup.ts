/**
 * The shell block of docs/key-stores/azure-key-vault.md, run as it stands but for the values at its head. In place of Microsoft's `az`
 * stands a script that writes down what it is asked for, and the double then has what `az` would have made.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withVariables } from '../../local/vault-setup-block.ts';
import type { Azure } from './double/azure.ts';
import type { Application } from './double/directory.ts';

const document = join(import.meta.dirname, '..', '..', 'docs', 'key-stores', 'azure-key-vault.md');

const functions = ['control-plane', 'reconciler', 'certificates'] as const;
export type ProductFunction = (typeof functions)[number];

export const roleArnOf = (name: ProductFunction): string =>
  `arn:aws:iam::111122223333:role/TenantKeys-${name}`;

export interface Setup {
  readonly applications: Readonly<Record<ProductFunction, Application>>;
  /** GUID */
  readonly wrapRoleDefinitionId: string;
  /** what the block prints */
  readonly printed: string;
}

/** @throws Error where the document has none */
export function setupBlock(): string {
  const found = /^```sh\n(subscription=.*?)^```/ms.exec(readFileSync(document, 'utf8'));
  if (found?.[1] === undefined) throw new Error(`${document} has no block that sets Azure up`);
  return found[1];
}

/** An id in place of the one that Azure gives: for a role a GUID, for an identity its name. */
const az = `#!/bin/sh
case "$1 $2 $3" in
  'account show '*) answer=$AZ_SUBSCRIPTION ;;
  'role definition create') answer=$(printf '%08x-0000-4000-8000-000000000000' "$(printf %s "$*" | cksum | cut -d' ' -f1)") ;;
  'identity show '*) answer=$4 ;;
  *) answer= ;;
esac
printf '%s\\0' "$answer" "$@" >> "$AZ_CALLS"
printf '\\n\\0' >> "$AZ_CALLS"
echo "$answer"
`;

/**
 * @param issuer of the tokens of the product's functions
 * @param block the document's, or one that was changed
 * @param ownIssuer of tenants' tokens; where it is not known yet, no policy is asked
 * @throws Error where a command fails
 */
export function runSetup(
  azure: Azure,
  issuer: string,
  block: string = setupBlock(),
  ownIssuer?: string,
): Setup {
  const directory = mkdtempSync(join(tmpdir(), 'tenant-keys-az-'));
  try {
    writeFileSync(join(directory, 'az'), az, { mode: 0o755 });
    const calls = join(directory, 'calls');
    const variables = {
      vault: azure.vaultId.split('/').at(-1) ?? '',
      location: azure.location,
      issuer,
      ...(ownIssuer !== undefined && { own_issuer: ownIssuer }),
      control_plane_role: roleArnOf('control-plane'),
      reconciler_role: roleArnOf('reconciler'),
      certificates_role: roleArnOf('certificates'),
    };
    const { status, stdout, stderr } = spawnSync('sh', ['-eu'], {
      input: withVariables(block, variables),
      env: {
        PATH: `${directory}:${process.env.PATH}`,
        AZ_CALLS: calls,
        AZ_SUBSCRIPTION: azure.subscriptionId,
      },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the block fails: ${stderr || stdout}`.trimEnd());
    const setup = made(azure, callsIn(readFileSync(calls, 'utf8')));
    if (ownIssuer === undefined) azure.settings.trustedIssuer = undefined;
    return { ...setup, printed: stdout };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface AzCall {
  /** what it printed */
  readonly answer: string;
  readonly command: string;
  /** empty where it was not given */
  option(name: string): string;
}

const callsIn = (text: string): AzCall[] =>
  text
    .split('\0\n\0')
    .filter((call) => call !== '')
    .map((call) => {
      const [answer = '', ...words] = call.split('\0');
      const isOption = (word: string) => word.startsWith('--');
      return {
        answer,
        command: words.slice(0, words.findIndex(isOption)).join(' '),
        option: (name) =>
          words.includes(`--${name}`) ? (words[words.indexOf(`--${name}`) + 1] ?? '') : '',
      };
    });

interface Definition {
  readonly Name: string;
  readonly Actions: readonly string[];
  readonly DataActions: readonly string[];
}

function made(azure: Azure, calls: readonly AzCall[]): Omit<Setup, 'printed'> {
  const of = (command: string) => calls.filter((call) => call.command === command);
  const roles = new Map<string, string>();
  for (const { answer, option } of of('role definition create')) {
    const { Name, Actions, DataActions } = JSON.parse(option('role-definition')) as Definition;
    roles.set(Name, azure.rbac.define({ actions: Actions, dataActions: DataActions }, answer));
  }
  const applications = new Map<string, Application>();
  for (const { option } of of('identity federated-credential create')) {
    const [issuer, subject] = [option('issuer'), option('subject')];
    const audiences = [option('audiences')];
    const application = azure.directory.register({ issuer, subject, audiences });
    applications.set(option('identity-name'), application);
  }
  for (const { option } of of('role assignment create')) {
    const condition = withIds(applications, option('condition'));
    azure.rbac.assign({
      scope: option('scope'),
      roleDefinitionId: option('role'),
      principalId: applicationOf(option('assignee-object-id')).objectId,
      ...(condition !== '' && { condition }),
    });
  }
  azure.settings.trustedIssuer = trustedIssuerOf(
    of('policy definition create'),
    of('policy assignment create'),
  );
  function applicationOf(name: string): Application {
    const found = applications.get(name);
    if (found === undefined) throw new Error(`the block makes no identity ${name}`);
    return found;
  }
  return {
    applications: Object.fromEntries(
      functions.map((name) => [name, applicationOf(name)]),
    ) as unknown as Setup['applications'],
    wrapRoleDefinitionId: roles.get('Tenant Keys: tenant') ?? '',
  };
}

/** The block has a name in place of each id that Azure gives. */
const withIds = (applications: ReadonlyMap<string, Application>, text: string): string =>
  [...applications].reduce(
    (condition, [name, { objectId }]) =>
      condition.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), objectId),
    text,
  );

interface PolicyRule {
  readonly if: {
    readonly allOf: readonly { readonly field: string; readonly notEquals?: string }[];
  };
  readonly then: { readonly effect: string };
}

/** Of the policy that is assigned, over the group of identities. */
function trustedIssuerOf(
  definitions: readonly AzCall[],
  assignments: readonly AzCall[],
): string | undefined {
  const assigned = assignments.map(({ option }) => option('policy'));
  const found = definitions.find(({ option }) => assigned.includes(option('name')));
  if (found === undefined) return undefined;
  const rule = JSON.parse(found.option('rules')) as PolicyRule;
  const issuer = rule.if.allOf.find(({ field }) =>
    field.endsWith('/federatedIdentityCredentials/issuer'),
  );
  return rule.then.effect === 'deny' ? issuer?.notEquals : undefined;
}
