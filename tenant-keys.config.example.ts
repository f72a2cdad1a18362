/** Copy this to tenant-keys.config.ts: each command of the CDK then deploys this, and nothing has to be passed. */
import type { TenantKeysConfig } from './lib/config/config.ts';

const config: TenantKeysConfig = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  tags: { 'cost-center': '1234' },
  apiRequestsPerSecond: 500,
  apiBurstRequests: 250,
};

export default config;
