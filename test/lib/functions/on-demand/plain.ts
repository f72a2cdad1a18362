/** A function without one, but with a dependency that has some. */
import { KMSClient } from '@aws-sdk/client-kms';

export const handler = async (): Promise<string> => new KMSClient({}).config.serviceId;
