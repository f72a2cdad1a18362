/** The product on the double, as the block of the document has set it up: its functions, and its tenants' keyrings. */
import type { AzureKeyVaultSettings } from '../../contract/key-stores.ts';
import { azureAdministration } from '../../lambdas/key-stores/azure-key-vault/azure-administration.ts';
import { azureClient } from '../../lambdas/key-stores/azure-key-vault/azure-client.ts';
import type { AzureKeySettings } from '../../lambdas/key-stores/azure-key-vault/azure-key.ts';
import type { AzureSend } from '../../lambdas/key-stores/azure-key-vault/azure-requests.ts';
import { scopesOf } from '../../lambdas/key-stores/azure-key-vault/azure-scopes.ts';
import { sendBy } from '../../lambdas/key-stores/azure-key-vault/azure-send.ts';
import { entraSession } from '../../lambdas/key-stores/azure-key-vault/entra-session.ts';
import { tenantAzureKeyring } from '../../lambdas/key-stores/azure-key-vault/tenant-azure-keyring.ts';
import type {
  KeyStoreAdministration,
  StoredKey,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { startIssuer, type WebIdentityIssuer } from '../stores/web-identity.ts';
import { type ProductFunction, roleArnOf, runSetup, type Setup } from './documented-setup.ts';
import { type Azure, type AzureOptions, startAzure } from './double/azure.ts';

const audience = 'api://AzureADTokenExchange';

export interface Product {
  readonly azure: Azure;
  /** of AWS, for the functions */
  readonly aws: WebIdentityIssuer;
  /** our own, for tenants */
  readonly issuer: WebIdentityIssuer;
  readonly setup: Setup;
  readonly settings: AzureKeyVaultSettings & AzureKeySettings;
  send(as: ProductFunction): AzureSend;
  administration(as?: 'control-plane' | 'reconciler'): KeyStoreAdministration;
  /** Onboards as the control plane does, from the row's intent to the last write. */
  onboard(tenantId: string): Promise<TenantOfStore>;
  /** @param claims of a token that is another than the tenant's own */
  keyring(tenant: TenantOfStore, claims?: { readonly sub?: string }): Keyring;
  close(): void;
}

export const newTenant = (tenantId: string): TenantOfStore => ({
  tenantId,
  status: 'PROVISIONING',
  rotationPeriodInDays: 365,
  keyRequestedAt: new Date().toISOString(),
});

export const active = (tenant: TenantOfStore, key: StoredKey): TenantOfStore => ({
  ...tenant,
  ...key,
  status: 'ACTIVE',
  keyRequestedAt: undefined,
});

export async function startProduct(options: AzureOptions = {}, block?: string): Promise<Product> {
  const [azure, aws, issuer] = await Promise.all([
    startAzure(options),
    startIssuer(),
    startIssuer(),
  ]);
  const setup = runSetup(azure, aws.url, block, issuer.url);
  const { applications, wrapRoleDefinitionId } = setup;
  const settings = {
    vaultUrl: azure.vault.url,
    vaultId: azure.vaultId,
    azureTenantId: azure.entraTenantId,
    identityGroupId: azure.groupId,
    location: azure.location,
    controlPlaneClientId: applications['control-plane'].clientId,
    reconcilerClientId: applications.reconciler.clientId,
    certificatesClientId: applications.certificates.clientId,
    wrapRoleDefinitionId,
    keyType: 'RSA-HSM',
    keySize: 2048,
    audience,
    authority: azure.entra.url,
    resourceManager: azure.resourceManager.url,
    issuer: issuer.url,
  } as const;
  const send = (as: ProductFunction): AzureSend => {
    const login = {
      azureTenantId: azure.entraTenantId,
      clientId: applications[as].clientId,
      assertion: () => aws.token({ sub: roleArnOf(as), aud: audience }),
    };
    return sendBy(entraSession(azureClient(settings), login, scopesOf(settings)));
  };
  const administration = (as: ProductFunction = 'control-plane') =>
    azureAdministration(send(as), settings);
  return {
    ...{ azure, aws, issuer, setup, settings, send, administration },
    async onboard(tenantId) {
      const store = administration();
      const tenant = newTenant(tenantId);
      const onboarded = active(tenant, await store.makeKey(tenant));
      await store.finishKey(onboarded);
      return onboarded;
    },
    keyring({ tenantId, keyClientId = '', keyCreatedAt }, { sub = `tenant:${tenantId}` } = {}) {
      const of = { tenantId, clientId: keyClientId, keyCreatedAt };
      return tenantAzureKeyring(settings, of, () => issuer.token({ sub, aud: audience }));
    },
    close() {
      for (const one of [azure, aws, issuer]) one.close();
    },
  };
}
