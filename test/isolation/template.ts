/** The synthesized template that the isolation suite attacks: with a declared tenant, so that its role is there. */
import { requestTemplate } from '../synthesizer/client.ts';
import type { TemplateDocument } from './harness.ts';

export const context = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  tenants: [{ tenantId: 'declared' }],
  'aws:cdk:bundling-stacks': [],
};

export const synthesizedTemplate = (): Promise<TemplateDocument> =>
  requestTemplate<TemplateDocument>(context);
