/**
 * A double of the three services of Azure that the product calls: Microsoft Entra ID, Azure Resource Manager and one Key Vault. It is
 * written to Microsoft's documents and nothing else; `stock-client.test.ts` holds it to Microsoft's own clients.
 */
import { randomUUID } from 'node:crypto';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import type { Identity } from './arm.ts';
import { type DiagnosticLog, diagnosticLog } from './diagnostic-log.ts';
import { type Directory, directory } from './directory.ts';
import { entra } from './entra.ts';
import { type KeptKeys, type KeyPairs, keptKeys, newKeyPair } from './kept-keys.ts';
import { keyVault } from './key-vault.ts';
import { type Rbac, rbac } from './rbac.ts';
import { resourceManager } from './resource-manager.ts';
import { type Service, serve, type Tls } from './serve.ts';
import type { VaultSettings } from './vault-parts.ts';

export interface AzureOptions {
  readonly tls?: Tls;
  /** for suites that make many keys: where the keys are from */
  readonly keyPairs?: KeyPairs;
}

export interface Azure {
  readonly entra: Service;
  readonly resourceManager: Service;
  readonly vault: Service;
  readonly entraTenantId: string;
  readonly subscriptionId: string;
  /** ids of ARM */
  readonly groupId: string;
  readonly vaultId: string;
  readonly location: string;
  /** As an administrator sees and changes it, whom nothing refuses. */
  readonly directory: Directory;
  readonly rbac: Rbac;
  readonly identities: Map<string, Identity>;
  readonly keys: KeptKeys;
  readonly tokens: AccessTokens;
  readonly log: DiagnosticLog;
  readonly settings: VaultSettings & Delays;
  /** The vault's time and that of role assignments; tokens count by the machine's. */
  advance(ms: number): void;
  now(): number;
  close(): void;
}

export interface Delays {
  /** until a role assignment, or its end, counts */
  rolesMs: number;
  /** until a federated credential counts */
  credentialsMs: number;
  /** of the subscription: Azure's is 4,000 */
  mostAssignments: number;
  /** Azure Policy: the only one that an identity of the group may trust, where there is such a policy */
  trustedIssuer: string | undefined;
}

const location = 'westeurope';

export async function startAzure({
  tls,
  keyPairs = newKeyPair,
}: AzureOptions = {}): Promise<Azure> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const settings: VaultSettings & Delays = {
    ...{ retentionDays: 90, purgeProtection: true, transitionMs: 0 },
    ...{ rolesMs: 0, credentialsMs: 0, mostAssignments: 4000, trustedIssuer: undefined },
  };
  const [entraTenantId, subscriptionId] = [randomUUID(), randomUUID()];
  const groups = `/subscriptions/${subscriptionId}/resourceGroups`;
  const vaultId = `${groups}/tenant-keys/providers/Microsoft.KeyVault/vaults/keys`;
  const groupId = `${groups}/tenant-keys-identities`;
  const urls = { vault: '', resourceManager: '' };
  const tokens = accessTokens(entraTenantId);
  const people = directory();
  const roles = rbac(now, () => settings.rolesMs);
  const keys = keptKeys(now, keyPairs);
  const log = diagnosticLog(() => urls.vault);
  const identities = new Map<string, Identity>();
  const shared = { tokens, rbac: roles, directory: people, now, entraTenantId, vaultId };

  const services = {
    entra: await serve(
      entra({
        ...shared,
        ownScopes: () => ({ [urls.vault]: 'vault', [urls.resourceManager]: 'resourceManager' }),
      }),
      tls,
    ),
    resourceManager: await serve(
      resourceManager({
        ...shared,
        groupId,
        identities,
        credentialsMs: () => settings.credentialsMs,
        trustedIssuer: () => settings.trustedIssuer,
        mostAssignments: () => settings.mostAssignments,
        vaultProperties: () => ({
          vaultUri: `${urls.vault}/`,
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: settings.retentionDays,
          ...(settings.purgeProtection && { enablePurgeProtection: true }),
        }),
      }),
      tls,
    ),
    vault: await serve(keyVault({ ...shared, keys, log, settings, url: () => urls.vault }), tls),
  };
  urls.vault = services.vault.url;
  urls.resourceManager = services.resourceManager.url;
  return {
    ...services,
    ...{ entraTenantId, subscriptionId, groupId, vaultId, location },
    ...{ directory: people, rbac: roles, identities, keys, tokens, log, settings, now },
    advance(ms) {
      aheadMs += ms;
    },
    close() {
      for (const service of Object.values(services)) service.close();
    },
  };
}
