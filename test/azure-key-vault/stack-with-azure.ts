/**
 * The whole product with the double of Azure: tokens of the product's own issuer for tenants and of AWS for functions, by the roles and
 * functions of the synthesized template.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import { type Control, startControl } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';
import { type ProductFunction, runSetup } from './documented-setup.ts';
import { type Azure, startAzure } from './double/azure.ts';

export let azure: Azure;
export let stack: TestStack;
export let control: Control;
/** Where the issuer's documents are to be had: the API's own name is none that a machine finds here. */
let reached: Server;

const audience = 'api://AzureADTokenExchange';
const outputs: Readonly<Record<ProductFunction, string>> = {
  'control-plane': 'TenantsRoleName',
  reconciler: 'ReconcilerRoleName',
  certificates: 'CertificatesRoleName',
};

export function useStackWithAzure(): void {
  beforeAll(async () => {
    azure = await startAzure();
    reached = createServer(async ({ url = '' }, response) => {
      const document = await fetch(new URL(url, stack.api));
      response.writeHead(document.status, { 'Content-Type': 'application/json' });
      response.end(await document.text());
    });
    await new Promise<void>((resolve) => reached.listen(0, '127.0.0.1', resolve));
    const { port } = reached.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}/v1/issuer`;
    const { applications, wrapRoleDefinitionId } = runSetup(azure, 'https://not-known-yet.example');
    const azureKeyVault = {
      vaultUrl: azure.vault.url,
      vaultId: azure.vaultId,
      azureTenantId: azure.entraTenantId,
      identityGroupId: azure.groupId,
      location: azure.location,
      controlPlaneClientId: applications['control-plane'].clientId,
      reconcilerClientId: applications.reconciler.clientId,
      certificatesClientId: applications.certificates.clientId,
      wrapRoleDefinitionId,
      keySize: 2048,
      authority: azure.entra.url,
      resourceManager: azure.resourceManager.url,
    };
    const keyStores = { azureKeyVault, ownIssuer: { url: issuer } };
    const context = { keyStores, reconcileEveryMinutes: 1440 };
    ({ stack, control } = await startControl(context));
    // The stack's roles and its account's issuer have their names only now.
    for (const [name, output] of Object.entries(outputs) as [ProductFunction, string][]) {
      applications[name].credentials.set('aws', {
        issuer: stack.deployment.outboundIssuer,
        subject: `arn:aws:iam::${stack.accountId}:role/${stack.outputs[output]}`,
        audiences: [audience],
        since: 0,
      });
    }
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    azure?.close();
    reached?.closeAllConnections();
    reached?.close();
  });
}

/** As whoever may write the registry. */
export async function plant(tenantId: string, path: string, value: { readonly S: string }) {
  const names = path.split('.');
  await stack.administrator.dynamodb.updateItem({
    TableName: stack.tableName,
    Key: { tenantId: { S: tenantId } },
    UpdateExpression: `SET ${names.map((_, index) => `#n${index}`).join('.')} = :value`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
    ExpressionAttributeValues: { ':value': value },
  });
}
