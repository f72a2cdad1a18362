/** Where the API is, and by which client: the environment, or else the local stack that `npm start` starts. */
const { env } = process;

export const url = env.TENANT_KEYS_URL ?? 'http://127.0.0.1:3000/v1';
export const tenantId = env.TENANT_KEYS_TENANT ?? 'acme';
export const dataFolder = env.CUSTOMERS_DATA ?? 'data';

const tenantParameter = env.TENANT_KEYS_TENANT_PARAMETER ?? 'tenant_id';
export const credentials = {
  issuer: env.TENANT_KEYS_ISSUER ?? 'http://127.0.0.1:3002',
  clientId: env.TENANT_KEYS_CLIENT_ID ?? 'customers',
  clientSecret: env.TENANT_KEYS_CLIENT_SECRET ?? 'local',
  parameters: () => ({ [tenantParameter]: tenantId }),
};
