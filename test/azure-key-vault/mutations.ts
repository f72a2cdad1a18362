/** Holes in an Azure that was set up: in the documented block, and in what is there for a tenant. */
import type { Product } from './product.ts';
import type { Session } from './tenant-attempts.ts';

export interface Mutation {
  readonly name: string;
  /** one of the attempts that notice it */
  readonly noticed: RegExp;
}

export interface BlockMutation extends Mutation {
  /** what is replaced everywhere in the block, by what */
  readonly change: readonly [from: string, to: string];
}

export interface TenantMutation extends Mutation {
  /** As an administrator, or a control plane that is no longer itself. */
  loosen(product: Product, acme: Session, globex: Session): void;
  /** of which tenants the reconciler says `key-policy`; of none where it cannot see it */
  readonly found: readonly ('acme' | 'globex')[];
}

const tenantRights = '\\"$keys/wrap/action\\", \\"$keys/unwrap/action\\""';
const withAlso = (rights: string, more: string) => rights.replace(/"$/, `, \\"$keys/${more}\\""`);
const conditioned = '--condition "$condition" --condition-version 2.0';

export const blockMutations: readonly BlockMutation[] = [
  {
    name: 'a tenant reads its key',
    change: [tenantRights, withAlso(tenantRights, 'read')],
    noticed: /^a tenant: read the key, its own key: 200/,
  },
  {
    name: 'a tenant may do everything with its key',
    change: [tenantRights, withAlso(tenantRights, '*')],
    noticed: /^a tenant: rotate the key, its own key: 200/,
  },
  {
    name: 'the control plane unwraps',
    change: ['\\"$keys/rotate/action\\""', '\\"$keys/rotate/action\\", \\"$keys/unwrap/action\\""'],
    noticed: /^control-plane: unwrap, Azure: 200/,
  },
  {
    name: 'the control plane and the reconciler decrypt',
    change: ['changes="', 'changes="\\"$keys/decrypt/action\\", '],
    noticed: /^reconciler: decrypt, Azure: 403 KeyOperationForbidden/,
  },
  {
    name: 'the control plane and the reconciler purge',
    change: ['changes="', 'changes="\\"$keys/purge/action\\", '],
    noticed: /^control-plane: purge the deleted key, Azure: 404/,
  },
  {
    name: 'the certificates change keys',
    change: ['read_role=$(define read $vault_id "" "\\"$keys/read\\"")', 'read_role=$repair_role'],
    noticed: /^certificates: change a version, Azure: 200/,
  },
  {
    name: 'the reconciler makes keys',
    change: ['give reconciler "$repair_role"', 'give reconciler "$keys_role"'],
    noticed: /^reconciler: make the key, Azure: 200/,
  },
  {
    name: 'no condition on roles',
    change: [conditioned, ''],
    noticed: /^control-plane: give itself any role on the vault, Azure: 201/,
  },
  {
    name: 'a condition on roles that are given, and none on those that are taken',
    change: ["!(ActionMatches{'$assignments/delete'})", "!(ActionMatches{'none'})"],
    noticed: /^control-plane: take a function’s role away, Azure: 200/,
  },
  {
    name: 'the functions themselves may be given the role',
    change: [
      'ForAnyOfAllValues:GuidNotEquals {$functions}',
      'ForAnyOfAllValues:GuidNotEquals {$tenant_role}',
    ],
    noticed: /^control-plane: give itself the role on the key, Azure: 201/,
  },
  {
    name: 'any issuer is trusted',
    change: ['az policy assignment create', 'true'],
    noticed: /^reconciler: trust another issuer, Azure: 20/,
  },
  {
    name: 'a policy that only looks',
    change: ['\\"effect\\": \\"deny\\"', '\\"effect\\": \\"audit\\"'],
    noticed: /^control-plane: trust another issuer, Azure: 201/,
  },
  {
    name: 'roles beyond the vault',
    change: ['"$access_role" $vault_id', '"$access_role" /subscriptions/$subscription'],
    noticed: /^control-plane: give the role on the identities, Azure: 201/,
  },
  {
    name: 'identities beyond their group',
    change: [
      '"$identities_role" $identities_id',
      '"$identities_role" /subscriptions/$subscription',
    ],
    noticed: /^control-plane: write an identity elsewhere, Azure: 404/,
  },
  {
    name: 'the control plane removes identities',
    change: [
      'give control-plane "$identities_role"',
      'give control-plane "$removal_role" $identities_id\ngive control-plane "$identities_role"',
    ],
    noticed: /^control-plane: delete the identity, Azure: 204/,
  },
  {
    name: 'the control plane signs in as the reconciler',
    change: [
      'function_identity reconciler $reconciler_role',
      'function_identity reconciler $reconciler_role\nreconciler_role=$reconciler_role\naz identity federated-credential create --name more --identity-name reconciler --resource-group $group --issuer $issuer --subject "$control_plane_role" --audiences $audience --output none',
    ],
    noticed: /^another's token: the control plane as the reconciler, Azure: 200/,
  },
];

const audiences = ['api://AzureADTokenExchange'];
const trust = (
  { azure }: Product,
  { clientId }: { readonly clientId: string },
  credential: { issuer: string; subject: string; audiences: readonly string[] },
) => azure.directory.find(clientId)?.credentials.set('more', { ...credential, since: 0 });

const give = (product: Product, scope: string, { principalId }: Session) =>
  product.azure.rbac.assign({
    ...{ scope, principalId, roleDefinitionId: product.setup.wrapRoleDefinitionId },
  });

export const tenantMutations: readonly TenantMutation[] = [
  {
    name: 'a neighbour’s tokens are trusted',
    loosen: (product, acme) =>
      void trust(product, acme, {
        issuer: product.issuer.url,
        subject: 'tenant:globex',
        audiences,
      }),
    noticed: /^a tenant: sign in as its identity, a neighbour: 200/,
    found: ['acme'],
  },
  {
    name: 'tokens of AWS’s are trusted, which have no tenant',
    loosen: (product, acme) =>
      void trust(product, acme, {
        ...{ issuer: product.aws.url, audiences },
        subject: 'arn:aws:iam::111122223333:role/TenantKeys-TenantRole',
      }),
    noticed: /^another's token: AWS’s for the tenant role, Azure: 200/,
    found: ['acme'],
  },
  {
    name: 'tokens for another audience are trusted',
    loosen: (product, acme) =>
      void trust(product, acme, {
        ...{ issuer: product.issuer.url, subject: 'tenant:acme' },
        audiences: ['https://example.com'],
      }),
    noticed: /^another's token: for another audience, Azure: 200/,
    found: ['acme'],
  },
  {
    name: 'the control plane’s identity trusts a tenant',
    loosen: (product) =>
      void trust(product, product.setup.applications['control-plane'], {
        ...{ issuer: product.issuer.url, subject: 'tenant:acme', audiences },
      }),
    noticed: /^another's token: a tenant as the control plane, Azure: 200/,
    found: [],
  },
  {
    name: 'a tenant’s role is over the vault',
    loosen: (product, _, globex) => void give(product, product.azure.vaultId, globex),
    noticed: /^a tenant: unwrap, a neighbour: 200/,
    found: ['globex'],
  },
  {
    name: 'a tenant has a role on a neighbour’s key',
    loosen: (product, _, globex) =>
      void give(product, `${product.azure.vaultId}/keys/acme`, globex),
    noticed: /^a tenant: unwrap, a neighbour: 200/,
    found: ['acme', 'globex'],
  },
  {
    name: 'a tenant’s role is over the subscription',
    loosen: (product, _, globex) =>
      void give(product, `/subscriptions/${product.azure.subscriptionId}`, globex),
    noticed: /^a tenant: unwrap, a neighbour: 200/,
    found: ['globex'],
  },
  {
    name: 'a tenant has another role on its key',
    loosen: ({ azure }, { principalId }) => {
      const dataActions = ['Microsoft.KeyVault/vaults/keys/*'];
      const roleDefinitionId = azure.rbac.define({ actions: [], dataActions });
      azure.rbac.assign({ scope: `${azure.vaultId}/keys/acme`, principalId, roleDefinitionId });
    },
    noticed: /^a tenant: read the key, its own key: 200/,
    found: ['acme'],
  },
];
