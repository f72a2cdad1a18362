/** Apart from the app, so that who reads a template need not load CDK. */
export const stackName = 'TenantKeys';
