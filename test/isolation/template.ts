/** The synthesized template that the isolation suite attacks: with a declared tenant, so that its role is there. */
import { requestTemplate } from '../synthesizer/client.ts';
import { store, tenantAccount } from './cases/key-stores.ts';
import type { TemplateDocument } from './harness.ts';

export const context = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  tenants: [{ tenantId: 'declared' }],
  'aws:cdk:bundling-stacks': [],
};

/** With key stores that are not KMS of the stack's own account. */
export const keyStoresContext = {
  ...context,
  keyStores: { vault: { address: store }, awsKmsExternal: { accounts: [tenantAccount] } },
};

export const synthesizedTemplate = (): Promise<TemplateDocument> =>
  requestTemplate<TemplateDocument>(context);
