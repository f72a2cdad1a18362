/** Another function with the same module, and a dependency that loads on demand what nobody uses. */
export { KMSClient } from '@aws-sdk/client-kms';
export { handler } from './loading.ts';
