/** The registry's index by which the tenant of a key is found; its partition key is `keyArn`. */
export const keyArnIndex = 'keyArn';
