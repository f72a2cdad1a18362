/** For what Entra's tokens are: the audiences of the two services that take them. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { Scopes } from './entra-session.ts';

const publicCloud = 'https://vault.azure.net';

/**
 * A vault's URL ends with the audience of its cloud's vaults, such as `vault.azure.net`: the stock clients compare the two so.
 * On this machine a vault's URL has no such end.
 */
export function scopesOf({
  vaultUrl,
  resourceManager,
}: Pick<AzureKeyVaultSettings, 'vaultUrl' | 'resourceManager'>): Scopes {
  const [, suffix] = /\.(vault\.[a-z.]+)$/.exec(new URL(vaultUrl).hostname) ?? [];
  const vault = suffix === undefined ? publicCloud : `https://${suffix}`;
  return { vault: `${vault}/.default`, 'resource-manager': `${resourceManager}/.default` };
}
