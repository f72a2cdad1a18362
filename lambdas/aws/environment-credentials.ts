/**
 * In the bundles this stands for the SDK's chain of credential providers (see lib/functions/bundle.ts). Lambda hands a
 * function its role's credentials in the environment; profiles, SSO, the metadata service of EC2 and their clients are
 * a fifth of a bundle, and ways to other credentials that no function should have.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;
